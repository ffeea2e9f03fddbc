/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The matrix: umask x directory x ACL x form of the path. In each case a program binds under the
 * guard; as root another user then really tries to connect and to replace the file, and what the
 * guard said is held against what it managed. Without root it is held against the expectation.
 *
 * matrix BINDER GUARD FOLDER all|absolute|namespace   in a directory below FOLDER: all cases; the
 * plainest form of the path alone; that without ACLs, where nobody else can be become
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "endpoint/cell.h"

#define NEED(x)                                                                                    \
    do {                                                                                           \
        if (!(x)) {                                                                                \
            perror(#x);                                                                            \
            exit(2);                                                                               \
        }                                                                                          \
    } while (0)

static char top[64];
static const char *binder, *guard;
static bool is_root;
static unsigned cases, wrong, stricter;
static char reasons[8][128];
static unsigned reason_counts[8];

struct child {
    pid_t pid;
    int in;    /* our end of its stdin */
    FILE *out; /* of its stdout */
    FILE *err; /* a file */
};

static struct child start(const struct cell *c)
{
    int in[2], out[2];
    char uri[256], mask[8], directory[256], away[256], endpoints[8];
    bool is_renamed = c->form == FORM_RENAMED;
    struct child child = {.err = tmpfile()};

    cell_uri(c, top, uri, sizeof(uri));
    snprintf(mask, sizeof(mask), "%o", c->umask);
    snprintf(directory, sizeof(directory), "%s/d", top);
    snprintf(away, sizeof(away), "%s/r", top);
    snprintf(endpoints, sizeof(endpoints), "%d", c->form == FORM_MANY ? ENDPOINTS : 1);
    NEED(child.err != NULL && pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
    child.pid = fork();
    if (child.pid == 0) {
        NEED(dup2(in[0], 0) == 0 && dup2(out[1], 1) == 1 && dup2(fileno(child.err), 2) == 2);
        NEED(setenv("LD_PRELOAD", guard, 1) == 0 && setenv("TMPDIR", directory, 1) == 0);
        execl(binder, binder, mask, top, uri, "", is_renamed ? directory : "",
              is_renamed ? away : "", endpoints, (char *)NULL);
        _exit(2);
    }
    close(in[0]);
    close(out[1]);
    child.in = in[1];
    child.out = fdopen(out[0], "r");
    NEED(child.pid > 0 && child.out != NULL);
    return child;
}

static void finish(struct child *child, char *said, size_t cap)
{
    int status;
    size_t n;

    close(child->in);
    NEED(waitpid(child->pid, &status, 0) == child->pid && status == 0);
    rewind(child->err);
    n = fread(said, 1, cap - 1, child->err);
    said[n] = '\0';
    fclose(child->err);
    fclose(child->out);
}

static struct answer understood(const char *said)
{
    return (struct answer){
        .connect = strstr(said, ": ipc-world-writable: ") || strstr(said, ": ipc-acl: ") ||
                   strstr(said, ": ipc-abstract: ") || strstr(said, ": ipc-group-writable: "),
        .replace =
            strstr(said, ": ipc-parent-writable: ") || strstr(said, ": ipc-parent-untrusted: "),
    };
}

static void note_stricter(const char *reason)
{
    stricter++;
    for (unsigned i = 0; i < 8; i++) {
        if (reasons[i][0] == '\0')
            snprintf(reasons[i], sizeof(reasons[i]), "%s", reason);
        if (strcmp(reasons[i], reason) == 0) {
            reason_counts[i]++;
            return;
        }
    }
}

static void complain(const struct cell *c, const char *what, const char *said)
{
    char name[160];

    wrong++;
    printf("%s: %s\n%s\n", cell_name(c, name, sizeof(name)), what, said);
}

static void compare(const struct cell *c, struct answer said, struct answer did, const char *text)
{
    struct answer expected = cell_expected(c);
    const char *why;

    if (said.connect != expected.connect || said.replace != expected.replace)
        complain(c, "the guard does not say what was set up", text);
    if (strstr(text, ": ipc-replaced: ") || strstr(text, ": ipc-owner: "))
        complain(c, "the file is taken for another", text);
    if (!is_root)
        return;
    if ((did.connect && !said.connect) || (did.replace && !said.replace))
        complain(c, "the other user managed what the guard did not say", text);
    if ((did.connect || !said.connect) && (did.replace || !said.replace))
        return;
    why = cell_why_stricter(c, said, did);
    if (why == NULL)
        complain(c, "the guard says what the other user did not manage", text);
    else
        note_stricter(why);
}

static void run(const struct cell *c)
{
    static char said[65536];
    char line[300] = "", path[600] = "";
    struct answer did = {false, false};
    struct child child;
    size_t len;

    cell_set_up(c, top);
    child = start(c);
    NEED(fgets(line, sizeof(line), child.out) != NULL);
    line[strcspn(line, "\n")] = '\0';
    NEED(strncmp(line, "ipc://", 6) == 0);
    snprintf(path, sizeof(path), "%s%s%s", line[6] == '/' || line[6] == '@' ? "" : top,
             line[6] == '/' || line[6] == '@' ? "" : "/", line + 6);
    if (c->form == FORM_RENAMED)
        path[strlen(top) + 1] = 'r';
    len = strlen(path);
    if (path[0] == '@')
        path[0] = '\0';
    else if (c->acl == ACL_NAMED)
        cell_name_user(path);
    if (is_root)
        did = cell_try(c, top, path, len);
    finish(&child, said, sizeof(said));
    compare(c, understood(said), did, said);
    cell_tear_down(top);
    cases++;
}

static enum acl acls = ACLS; /* those that are tried */
static enum form forms = FORMS;

static void run_all(mode_t umask_now, mode_t mode, bool other_group)
{
    for (enum acl acl = 0; acl < acls; acl++) {
        for (enum form form = 0; form < forms; form++) {
            if (acl != ACL_NONE && (other_group || form >= FORM_DEEP))
                continue;
            run(&(struct cell){umask_now, mode, other_group, acl, form});
        }
    }
}

int main(int argc, char **argv)
{
    static const mode_t masks[] = {000, 002, 022, 077};
    static const mode_t modes[] = {0700, 0755, 0775, 01777, 0777};
    char options[200];

    NEED(argc == 5);
    binder = argv[1];
    guard = argv[2];
    is_root = geteuid() == 0 && strcmp(argv[4], "namespace") != 0;
    acls = strcmp(argv[4], "namespace") == 0 ? ACL_DEFAULT : ACLS;
    forms = strcmp(argv[4], "all") == 0 ? FORMS : FORM_RELATIVE;
    snprintf(options, sizeof(options),
             "on_error=log:symbolize=0:stacks=off:dedup=0:trusted_gids=%u", (unsigned)getegid());
    NEED(setenv("ZMQGUARD_OPTIONS", options, 1) == 0);
    /* Others must be able to reach it. */
    snprintf(top, sizeof(top), "%s/zg-matrix-XXXXXX", argv[3]);
    NEED(mkdtemp(top) != NULL && chmod(top, 0755) == 0);
    for (unsigned m = 0; m < sizeof(masks) / sizeof(*masks); m++) {
        for (unsigned d = 0; d < sizeof(modes) / sizeof(*modes); d++)
            run_all(masks[m], modes[d], false);
        if (is_root)
            run_all(masks[m], 02775, true);
    }
    NEED(rmdir(top) == 0);
    printf("%u cases, %u wrong, %u stricter than what another user %s\n", cases, wrong, stricter,
           is_root ? "managed" : "could be seen to manage (not root: not tried)");
    for (unsigned i = 0; i < 8 && reasons[i][0] != '\0'; i++)
        printf("  %u: %s\n", reason_counts[i], reasons[i]);
    return wrong != 0;
}
