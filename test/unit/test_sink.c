/* SPDX-License-Identifier: MPL-2.0 */
/* Where reports go when the host, or somebody hostile, has been at the descriptors and files. Each
 * test runs in a process of its own (Check forks), so descriptors may be closed at will. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "base/sys.h"
#include "closefrom.h"
#include "host/options.h"
#include "report/logfile.h"
#include "report/sink.h"
#include "report/syslog.h"
#include "sample.h"
#include "unit/suite.h"

static char dir[] = "/tmp/zg-sink-XXXXXX";
static char path_text[256];

static const char *in_dir(const char *name)
{
    snprintf(path_text, sizeof(path_text), "%s/%s", dir, name);
    return path_text;
}

/* The log file of this process for log_path=DIR/name. */
static const char *log_of(const char *name)
{
    snprintf(path_text, sizeof(path_text), "%s/%s.%d", dir, name, (int)getpid());
    return path_text;
}

static const char *contents(const char *path)
{
    static char text[8192];
    long n = zg_sys_read_file(path, text, sizeof(text));

    return n < 0 ? "(none)" : text;
}

/* stderr becomes a file whose contents the test reads. */
static void catch_stderr(void)
{
    int fd = open(in_dir("stderr"), O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(dup2(fd, 2), 2);
    close(fd);
}

static const char *caught(void)
{
    return contents(in_dir("stderr"));
}

/* As the guard calls it: signals blocked. */
static void say(const char *text)
{
    uint64_t mask = zg_sys_block_signals();

    zg_sink_write(text, strlen(text), NULL);
    zg_sys_restore_signals(mask);
}

/* The start of a process, and its first use of libzmq. */
static void start(void)
{
    zg_sink_init();
    zg_sink_prepare();
}

static void log_to(const char *name)
{
    snprintf(zg_options.log_path, sizeof(zg_options.log_path), "%s/%s", dir, name);
    start();
}

static void to_stderr(void)
{
    strcpy(zg_options.log_path, "stderr");
    catch_stderr();
    start();
}

/* How many descriptors lie where the guard keeps its own. */
static int kept(void)
{
    int count = 0;

    for (int fd = ZG_SYS_FIRST_FD; fd < ZG_SYS_FIRST_FD + 64; fd++)
        count += fcntl(fd, F_GETFD) != -1;
    return count;
}

static void stderr_is_a_pipe(int fds[2])
{
    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(dup2(fds[1], 2), 2);
    close(fds[1]);
}

START_TEST(plain_stderr)
{
    to_stderr();
    say("one\n");
    ck_assert_str_eq(caught(), "one\n");
}
END_TEST

START_TEST(the_duplicate_is_high)
{
    to_stderr();
    ck_assert_int_ne(fcntl(ZG_SYS_FIRST_FD, F_GETFD), -1);
    ck_assert((fcntl(ZG_SYS_FIRST_FD, F_GETFD) & FD_CLOEXEC) != 0);
}
END_TEST

START_TEST(stderr_closed_by_the_host)
{
    to_stderr();
    close(2);
    ck_assert_int_eq(open(in_dir("data"), O_RDWR | O_CREAT, 0600), 2);
    say("one\n");
    ck_assert_str_eq(caught(), "one\n");
    ck_assert_str_eq(contents(in_dir("data")), "");
}
END_TEST

/* A daemon closes everything, and its data file gets our number: it stays clean. */
START_TEST(numbers_reused)
{
    to_stderr();
    closefrom(2);
    ck_assert_int_eq(open(in_dir("data"), O_RDWR | O_CREAT, 0600), 2);
    for (int i = 0; i < 100; i++)
        dup(2);
    say("one\n");
    ck_assert_str_eq(contents(in_dir("data")), "");
}
END_TEST

START_TEST(found_again_after_close_all)
{
    to_stderr();
    closefrom(3);
    say("one\n");
    ck_assert_str_eq(caught(), "one\n");
}
END_TEST

START_TEST(nothing_is_kept_without_libzmq)
{
    catch_stderr();
    strcpy(zg_options.log_path, "stderr");
    zg_sink_init();
    ck_assert_int_eq(kept(), 0);
    snprintf(zg_options.log_path, sizeof(zg_options.log_path), "%s/unused", dir);
    zg_sink_init();
    ck_assert_int_eq(kept(), 0);
}
END_TEST

START_TEST(stderr_is_not_kept_beside_another_place)
{
    catch_stderr();
    strcpy(zg_options.log_path, "syslog");
    start();
    ck_assert_int_eq(kept(), 0);
    log_to("beside");
    ck_assert_int_eq(kept(), 1); /* the directory */
    ck_assert_int_ne(fcntl(ZG_SYS_FIRST_FD, F_GETFL) & O_PATH, 0);
}
END_TEST

/* As pytest does while a test runs. */
START_TEST(a_pipe_that_the_host_keeps_is_found)
{
    char got[8] = "";
    int fds[2];

    stderr_is_a_pipe(fds);
    strcpy(zg_options.log_path, "stderr");
    start();
    ck_assert_int_ge(dup(2), 3);
    close(2);
    ck_assert_int_eq(open(in_dir("data"), O_RDWR | O_CREAT, 0600), 2);
    say("one\n");
    ck_assert_int_eq(read(fds[0], got, sizeof(got)), 4);
    ck_assert_str_eq(got, "one\n");
    ck_assert_str_eq(contents(in_dir("data")), "");
}
END_TEST

/* Who reads it waits for the end of its last writer. */
START_TEST(a_pipe_is_never_kept)
{
    int fds[2];
    char c;

    stderr_is_a_pipe(fds);
    strcpy(zg_options.log_path, "stderr");
    start();
    say("1");
    ck_assert_int_eq(read(fds[0], &c, 1), 1);
    close(2);
    ck_assert_int_eq(read(fds[0], &c, 1), 0);
}
END_TEST

START_TEST(but_for_a_summary)
{
    int fds[2];

    stderr_is_a_pipe(fds);
    strcpy(zg_options.log_path, "stderr");
    zg_options.summary = 1;
    zg_sink_init();
    ck_assert_int_eq(kept(), 1);
    zg_sink_prepare();
    ck_assert_int_eq(kept(), 1);
    zg_sink_after_fork();
    ck_assert_int_eq(kept(), 0);
}
END_TEST

START_TEST(a_child_keeps_nothing_of_stderr)
{
    int status;

    to_stderr();
    ck_assert_int_eq(kept(), 1);
    if (fork() == 0) {
        zg_sink_after_fork();
        say("child\n");
        _exit(kept());
    }
    wait(&status);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(kept(), 1);
    ck_assert_str_eq(caught(), "child\n");
}
END_TEST

/* A file on 1 and 2 that is not what they were at the start. */
static void redirect(int flags, bool once)
{
    int null = open("/dev/null", O_RDWR);
    int out = open(in_dir("store"), O_RDWR | O_CREAT | O_TRUNC | flags, 0600);
    int err = once ? dup(out) : open(in_dir("store"), O_RDWR | flags);

    dup2(null, 2);
    strcpy(zg_options.log_path, "stderr");
    start();
    ck_assert_int_eq(dup2(out, 1), 1);
    ck_assert_int_eq(dup2(err, 2), 2);
    closefrom(3);
    say("one\n");
}

START_TEST(a_daemon_s_log_is_written_to)
{
    redirect(O_APPEND, true);
    ck_assert_str_eq(contents(in_dir("store")), "one\n");
}
END_TEST

START_TEST(a_data_file_is_not)
{
    redirect(0, true);
    ck_assert_str_eq(contents(in_dir("store")), "");
}
END_TEST

START_TEST(nor_one_that_was_opened_twice)
{
    redirect(O_APPEND, false);
    ck_assert_str_eq(contents(in_dir("store")), "");
}
END_TEST

START_TEST(nor_a_pipe_that_came_later)
{
    int fds[2];
    char c;

    to_stderr();
    closefrom(3);
    /* No assertion: it would write to what was Check's descriptor, and may be one of these now. */
    if (pipe(fds) != 0 || dup2(fds[1], 1) != 1 || dup2(fds[1], 2) != 2)
        _exit(2);
    say("one\n");
    fcntl(fds[0], F_SETFL, O_NONBLOCK);
    ck_assert_int_eq(read(fds[0], &c, 1), -1);
}
END_TEST

static volatile sig_atomic_t signals;

static void on_signal(int sig)
{
    (void)sig;
    signals++;
}

START_TEST(broken_pipe_is_no_signal)
{
    int fds[2];

    signal(SIGPIPE, on_signal);
    ck_assert_int_eq(pipe(fds), 0);
    dup2(fds[1], 2);
    close(fds[0]);
    close(fds[1]);
    strcpy(zg_options.log_path, "stderr");
    zg_sink_init();
    say("one\n");
    ck_assert_int_eq(signals, 0);
}
END_TEST

/* What was pending before is the host's, and stays. */
START_TEST(a_pending_sigpipe_stays)
{
    sigset_t set;
    int fds[2];

    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGPIPE);
    ck_assert_int_eq(pipe(fds), 0);
    dup2(fds[1], 2);
    close(fds[0]);
    close(fds[1]);
    strcpy(zg_options.log_path, "stderr");
    zg_sink_init();
    say("one\n");
    sigpending(&set);
    ck_assert_int_eq(sigismember(&set, SIGPIPE), 1);
}
END_TEST

START_TEST(file_size_limit_is_no_signal)
{
    struct rlimit limit;

    signal(SIGXFSZ, on_signal);
    catch_stderr();
    log_to("limited");
    say("");
    getrlimit(RLIMIT_FSIZE, &limit);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){2, limit.rlim_max});
    say("0123456789\n");
    setrlimit(RLIMIT_FSIZE, &limit); /* Check writes files, too */
    ck_assert_int_eq(signals, 0);
}
END_TEST

/* A full pipe whose reader is stuck: given up after a time. */
START_TEST(stuck_reader)
{
    static char full[4096];
    int fds[2];

    ck_assert_int_eq(pipe(fds), 0);
    fcntl(fds[1], F_SETFL, O_NONBLOCK);
    while (write(fds[1], full, sizeof(full)) > 0)
        ;
    fcntl(fds[1], F_SETFL, 0);
    dup2(fds[1], 2);
    strcpy(zg_options.log_path, "stderr");
    zg_sink_init();
    say("one\n");
    ck_assert_int_eq(fcntl(2, F_GETFL) & O_NONBLOCK, 0); /* the host's description is untouched */
}
END_TEST

START_TEST(file_per_process)
{
    struct stat st;

    catch_stderr();
    log_to("log");
    ck_assert_int_ne(stat(log_of("log"), &st), 0); /* nothing on disk before the first report */
    say("one\n");
    say("two\n");
    ck_assert_str_eq(contents(log_of("log")), "one\ntwo\n");
    ck_assert_int_eq(stat(log_of("log"), &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    ck_assert_str_eq(caught(), "");
}
END_TEST

/* So that it is known before the first finding. */
START_TEST(a_service_is_told_of_a_missing_directory_at_once)
{
    catch_stderr();
    zg_options.on_error = ZG_ON_ERROR_LOG;
    log_to("missing/log");
    ck_assert_ptr_nonnull(strstr(caught(), "no such directory; reports go to stderr\n"));
}
END_TEST

START_TEST(survives_rotation)
{
    char moved[300];

    catch_stderr();
    log_to("rotated");
    say("one\n");
    snprintf(moved, sizeof(moved), "%s/moved", dir);
    ck_assert_int_eq(rename(log_of("rotated"), moved), 0);
    say("two\n");
    ck_assert_str_eq(contents(log_of("rotated")), "two\n");
    ck_assert_str_eq(contents(moved), "one\n");
    unlink(log_of("rotated"));
    say("three\n");
    ck_assert_str_eq(contents(log_of("rotated")), "three\n");
}
END_TEST

START_TEST(survives_close_all_and_chdir)
{
    catch_stderr();
    ck_assert_int_eq(chdir(dir), 0);
    strcpy(zg_options.log_path, "relative");
    start();
    say("one\n");
    ck_assert_int_eq(chdir("/"), 0);
    closefrom(3);
    ck_assert_int_ge(open(in_dir("data"), O_RDWR | O_CREAT, 0600), 0);
    for (int i = 0; i < 100; i++)
        dup(3);
    say("two\n");
    ck_assert_str_eq(contents(log_of("relative")), "one\ntwo\n");
    ck_assert_str_eq(contents(in_dir("data")), "");
}
END_TEST

START_TEST(a_child_has_its_own)
{
    char parent[256];
    int status;

    catch_stderr();
    log_to("forked");
    say("one\n");
    snprintf(parent, sizeof(parent), "%s", log_of("forked"));
    if (fork() == 0) {
        zg_sink_after_fork();
        say("two\n");
        _exit(strcmp(contents(log_of("forked")), "two\n") != 0);
    }
    wait(&status);
    ck_assert_int_eq(status, 0);
    ck_assert_str_eq(contents(parent), "one\n");
}
END_TEST

START_TEST(patterns)
{
    ZG_BUF(b, 512);
    char want[512], host[256];

    gethostname(host, sizeof(host));
    zg_logfile_expand("/d/%e-%h-%p.%%.%q", &b);
    snprintf(want, sizeof(want), "/d/test_sink-%s-%d.%%.%%q", host, (int)getpid());
    ck_assert_str_eq(b.text, want);
}
END_TEST

static void refused(const char *why)
{
    char line[2048];

    snprintf(line, sizeof(line), "libzmqguard: log_path=%s: %s; reports go to stderr\none\ntwo\n",
             zg_options.log_path, why);
    say("one\n");
    say("two\n");
    ck_assert_str_eq(caught(), line);
}

START_TEST(planted_link)
{
    catch_stderr();
    close(open(in_dir("victim"), O_CREAT | O_WRONLY, 0600)); /* our own, so nothing else stops it */
    ck_assert_int_eq(symlink("victim", log_of("planted")), 0);
    log_to("planted");
    refused("what is there is not a log of ours");
    ck_assert_str_eq(contents(in_dir("victim")), "");
    ck_assert_int_eq(unlink(in_dir("victim")), 0);
}
END_TEST

START_TEST(planted_dangling_link)
{
    catch_stderr();
    ck_assert_int_eq(symlink("nothing", log_of("dangling")), 0);
    log_to("dangling");
    refused("what is there is not a log of ours");
    ck_assert_str_eq(contents(in_dir("nothing")), "(none)");
}
END_TEST

START_TEST(planted_hard_link)
{
    char victim[256];

    catch_stderr();
    snprintf(victim, sizeof(victim), "%s", in_dir("hard-victim"));
    close(open(victim, O_CREAT | O_WRONLY, 0600));
    ck_assert_int_eq(link(victim, log_of("hard")), 0);
    log_to("hard");
    refused("what is there is not a log of ours");
    ck_assert_str_eq(contents(victim), "");
}
END_TEST

START_TEST(planted_fifo)
{
    catch_stderr();
    ck_assert_int_eq(mkfifo(log_of("fifo"), 0600), 0);
    log_to("fifo");
    refused("what is there is not a log of ours");
}
END_TEST

START_TEST(planted_directory)
{
    catch_stderr();
    ck_assert_int_eq(mkdir(log_of("dir"), 0700), 0);
    log_to("dir");
    refused("what is there is not a log of ours");
}
END_TEST

START_TEST(writable_for_others)
{
    catch_stderr();
    close(open(log_of("open"), O_CREAT | O_WRONLY, 0600));
    chmod(log_of("open"), 0666);
    log_to("open");
    refused("what is there is not a log of ours");
}
END_TEST

START_TEST(own_file_is_appended_to)
{
    int fd = open(log_of("again"), O_CREAT | O_WRONLY, 0600);

    ck_assert_int_eq(write(fd, "old\n", 4), 4);
    close(fd);
    catch_stderr();
    log_to("again");
    say("new\n");
    ck_assert_str_eq(contents(log_of("again")), "old\nnew\n");
}
END_TEST

START_TEST(directory_for_everybody)
{
    catch_stderr();
    mkdir(in_dir("public"), 0700);
    chmod(in_dir("public"), 0777);
    log_to("public/log");
    refused("a directory on the way is writable for everybody and not sticky");
}
END_TEST

START_TEST(no_such_directory)
{
    catch_stderr();
    log_to("absent/log");
    refused("no such directory");
}
END_TEST

START_TEST(disk_full)
{
    catch_stderr();
    strcpy(zg_options.log_path, "/dev/full");
    start();
    refused("cannot be written to");
}
END_TEST

START_TEST(others_own_a_link_on_the_way)
{
    char link_path[256];

    if (geteuid() != 0)
        return;
    catch_stderr();
    mkdir(in_dir("real"), 0700);
    snprintf(link_path, sizeof(link_path), "%s", in_dir("way"));
    ck_assert_int_eq(symlink("real", link_path), 0);
    log_to("way/log");
    say("one\n");
    ck_assert_str_eq(contents(log_of("real/log")), "one\n"); /* our own link */
    ck_assert_int_eq(lchown(link_path, 65533, 65533), 0);
    unlink(log_of("real/log"));
    closefrom(3); /* so that the way is walked again */
    refused("a symbolic link on the way belongs to an untrusted user");
}
END_TEST

static int listen_at(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    strcpy(at.sun_path, path);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    return fd;
}

START_TEST(journal_fields)
{
    char path[256], got[4096];
    struct zg_syslog_at at = {path, "/nonexistent", 0};
    struct zg_report *r = sample();
    size_t taken;
    int fd;
    long n;

    zg_chain_place(r);
    snprintf(path, sizeof(path), "%s", in_dir("journal"));
    fd = listen_at(path);
    ck_assert_int_eq(zg_syslog_write(&at, "a\nb\n", 4, r, &taken), 0);
    ck_assert_uint_eq(taken, 4);
    n = recv(fd, got, sizeof(got) - 1, MSG_DONTWAIT);
    ck_assert_int_gt(n, 0);
    got[n] = '\0';
    ck_assert_ptr_nonnull(strstr(got, "PRIORITY=3\nSYSLOG_IDENTIFIER=libzmqguard\n"
                                      "ZMQGUARD_KIND=cross-thread-use\nZMQGUARD_SEVERITY=error\n"
                                      "ZMQGUARD_WHERE=/src/app/pipeline.c:41 in send_one\n"));
    ck_assert_mem_eq(got + n - 20, "MESSAGE\n\3\0\0\0\0\0\0\0a\nb\n", 20);
}
END_TEST

START_TEST(syslog_lines)
{
    char path[256], got[4096], want[64];
    struct zg_syslog_at at = {"/nonexistent", path, 0};
    struct zg_report *r = sample();
    size_t taken;
    int fd;

    r->severity = ZG_SEVERITY_WARNING;
    snprintf(path, sizeof(path), "%s", in_dir("devlog"));
    fd = listen_at(path);
    ck_assert_int_eq(zg_syslog_write(&at, "one\n\ntwo\n", 9, r, &taken), 0);
    ck_assert_uint_eq(taken, 9);
    for (int i = 0; i < 2; i++) {
        long n = recv(fd, got, sizeof(got) - 1, MSG_DONTWAIT);

        ck_assert_int_gt(n, 0);
        got[n] = '\0';
        snprintf(want, sizeof(want), "<12>libzmqguard[%d]: %s", (int)getpid(),
                 i == 0 ? "one" : "two");
        ck_assert_str_eq(got, want);
    }
    ck_assert_int_lt(recv(fd, got, sizeof(got), MSG_DONTWAIT), 0);
    strcpy(path, "/nonexistent");
    ck_assert_int_lt(zg_syslog_write(&at, "x", 1, NULL, &taken), 0);
    ck_assert_uint_eq(taken, 0);
}
END_TEST

#define QUEUE_FILE "/proc/sys/net/unix/max_dgram_qlen"

/* A record of more lines than a datagram socket's queue takes. */
static char *long_record(size_t *lines)
{
    char text[32] = "";
    char *record;
    size_t len = 0;

    zg_sys_read_file(QUEUE_FILE, text, sizeof(text));
    *lines = strtoul(text, NULL, 10) + 1000; /* a sender may not have as many under way */
    record = malloc(*lines * 16);
    ck_assert_ptr_nonnull(record);
    for (size_t i = 0; i < *lines; i++)
        len += (size_t)sprintf(record + len, "line %zu\n", i);
    return record;
}

static char whole[1 << 20];

static void set_log(char path[256], uint64_t wait_ns)
{
    snprintf(path, 256, "%s", in_dir("log"));
    unlink(path);
    strcpy(zg_options.log_path, "syslog");
    zg_sink_syslog = (struct zg_syslog_at){"/nonexistent", path, wait_ns};
    catch_stderr();
    start();
}

/* What stands behind the head of a line in the log; NULL when there is none. */
static const char *next_line(int fd, int flags)
{
    static char got[4096];
    long n = recv(fd, got, sizeof(got) - 1, flags);

    if (n < 0)
        return NULL;
    got[n] = '\0';
    return strstr(got, ": ") + 2;
}

/* Reads one; lines come in their order. The number of the next line. */
static size_t take_line(int fd, size_t number)
{
    const char *line = next_line(fd, 0);
    char want[32];

    if (strcmp(line, "probe") == 0)
        return number;
    snprintf(want, sizeof(want), "line %zu", number);
    ck_assert_str_eq(line, want);
    return number + 1;
}

/* The log is full when its reader begins: the record waits, and all of it arrives, once. */
START_TEST(a_full_log_is_waited_for)
{
    char path[256];
    size_t lines, got = 0;
    char *record = long_record(&lines);
    int fd, status, probe = socket(AF_UNIX, SOCK_DGRAM, 0);
    struct sockaddr_un to = {.sun_family = AF_UNIX};

    set_log(path, (uint64_t)300 * 1000000000);
    fd = listen_at(path);
    strcpy(to.sun_path, path);
    if (fork() == 0) {
        say(record);
        _exit(0);
    }
    while (got < lines &&
           sendto(probe, ": probe", 7, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof(to)) == 7)
        got = take_line(fd, got); /* room for another probe, until the lines have filled it */
    while (got < lines)
        got = take_line(fd, got);
    ck_assert_int_gt(wait(&status), 0);
    ck_assert_int_eq(status, 0);
    ck_assert_str_eq(caught(), "");
    free(record);
}
END_TEST

/* Nobody reads: stderr gets what the log does not have, and the log a word on it when it is read.
 */
START_TEST(what_a_log_has_no_room_for)
{
    char path[256], want[32];
    size_t lines, got = 0, begins;
    char *record = long_record(&lines);
    const char *line;
    int fd;

    set_log(path, 1000000);
    fd = listen_at(path);
    say(record);
    say("other\n"); /* that nobody has read it is known by now */
    while ((line = next_line(fd, MSG_DONTWAIT)) != NULL) {
        snprintf(want, sizeof(want), "line %zu", got++);
        ck_assert_str_eq(line, want);
    }
    ck_assert_uint_gt(got, 0);
    snprintf(want, sizeof(want), "line %zu\n", got);
    begins = (size_t)(strstr(record, want) - record);
    ck_assert_uint_eq((size_t)zg_sys_read_file(in_dir("stderr"), whole, sizeof(whole)),
                      strlen(record + begins) + strlen("other\n"));
    ck_assert_mem_eq(whole, record + begins, strlen(record + begins));
    say("next\n");
    snprintf(want, sizeof(want), " %zu lines ", lines - got + 1);
    line = next_line(fd, MSG_DONTWAIT);
    ck_assert_ptr_nonnull(strstr(line, "the system's log had no room for"));
    ck_assert_ptr_nonnull(strstr(line, want));
    ck_assert_str_eq(next_line(fd, MSG_DONTWAIT), "next");
    ck_assert_ptr_null(next_line(fd, MSG_DONTWAIT));
    free(record);
}
END_TEST

/* Several processes, one pipe, records longer than a pipe takes at once: none is mixed. */
START_TEST(one_pipe_for_many)
{
    static char record[20000], line[20000];
    int fds[2];
    int count = 0;
    FILE *f;

    ck_assert_int_eq(pipe(fds), 0);
    for (int i = 0; i < 6; i++) {
        if (fork() != 0)
            continue;
        dup2(fds[1], 2);
        strcpy(zg_options.log_path, "stderr");
        zg_sink_init();
        /* Half of them short: atomic by themselves, but not to come between a long one's pieces. */
        memset(record, 'a' + i, sizeof(record) - 2);
        record[i % 2 == 0 ? sizeof(record) - 2 : 99] = '\n';
        record[i % 2 == 0 ? sizeof(record) - 1 : 100] = '\0';
        for (int k = 0; k < 20; k++)
            say(record);
        _exit(0);
    }
    close(fds[1]);
    f = fdopen(fds[0], "r");
    while (fgets(line, sizeof(line), f) != NULL) {
        ck_assert(strlen(line) == sizeof(record) - 1 || strlen(line) == 100);
        ck_assert_uint_eq(strspn(line, (char[]){line[0], '\0'}), strlen(line) - 1);
        count++;
    }
    ck_assert_int_eq(count, 120);
    while (wait(NULL) > 0)
        ;
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {plain_stderr,
                                  the_duplicate_is_high,
                                  stderr_closed_by_the_host,
                                  numbers_reused,
                                  found_again_after_close_all,
                                  nothing_is_kept_without_libzmq,
                                  stderr_is_not_kept_beside_another_place,
                                  a_pipe_is_never_kept,
                                  a_pipe_that_the_host_keeps_is_found,
                                  but_for_a_summary,
                                  a_child_keeps_nothing_of_stderr,
                                  a_daemon_s_log_is_written_to,
                                  a_data_file_is_not,
                                  nor_one_that_was_opened_twice,
                                  nor_a_pipe_that_came_later,
                                  broken_pipe_is_no_signal,
                                  a_pending_sigpipe_stays,
                                  file_size_limit_is_no_signal,
                                  stuck_reader,
                                  file_per_process,
                                  a_service_is_told_of_a_missing_directory_at_once,
                                  survives_rotation,
                                  survives_close_all_and_chdir,
                                  a_child_has_its_own,
                                  patterns,
                                  planted_link,
                                  planted_dangling_link,
                                  planted_hard_link,
                                  planted_fifo,
                                  planted_directory,
                                  writable_for_others,
                                  own_file_is_appended_to,
                                  directory_for_everybody,
                                  no_such_directory,
                                  disk_full,
                                  others_own_a_link_on_the_way,
                                  journal_fields,
                                  syslog_lines,
                                  a_full_log_is_waited_for,
                                  what_a_log_has_no_room_for,
                                  one_pipe_for_many};
    TCase *tc = tcase_create("sink");
    char command[64];
    int failed;

    if (mkdtemp(dir) == NULL)
        return 1;
    for (size_t i = 0; i < ZG_COUNT(tests); i++)
        tcase_add_test(tc, tests[i]);
    failed = run_suite("sink", tc);
    snprintf(command, sizeof(command), "rm -rf %s", dir);
    return system(command) != 0 || failed;
}
