/* SPDX-License-Identifier: MPL-2.0 */
/* The walk by descriptors, ACLs and sock_diag, on real files and sockets. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "host/acl.h"
#include "host/diag.h"
#include "host/path.h"
#include "unit/suite.h"

static char top[64];
static struct zg_path walk;

static void setup(void)
{
    strcpy(top, "/tmp/zg-path-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(top));
    ck_assert_int_eq(chdir(top), 0);
}

static void teardown(void)
{
    char command[128];

    ck_assert_int_eq(chdir("/"), 0);
    snprintf(command, sizeof(command), "rm -rf %s", top);
    ck_assert_int_eq(system(command), 0);
}

static int bound(const char *path, int type)
{
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

    ck_assert_int_ge(fd, 0);
    strncpy(sun.sun_path, path, sizeof(sun.sun_path) - 1);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
    return fd;
}

static uint32_t last(void)
{
    return walk.count - 1;
}

START_TEST(shows_every_component)
{
    char path[128], other[128];
    struct stat st;

    ck_assert_int_eq(mkdir("d", 0750), 0);
    close(bound("d/s", SOCK_STREAM));
    snprintf(path, sizeof(path), "%s//d/./s", top);
    snprintf(other, sizeof(other), "%s/d/s", top);
    ck_assert_int_eq(zg_path_walk(&walk, path, NULL, NULL), 0);
    ck_assert_uint_eq(walk.count, 5); /* / tmp zg-path d s */
    ck_assert_str_eq(zg_path_text(&walk, 0), "/");
    ck_assert_str_eq(zg_path_text(&walk, 1), "/tmp");
    ck_assert_str_eq(zg_path_text(&walk, last()), other);
    ck_assert_int_eq(walk.steps[last()].type, 's');
    ck_assert_int_eq(walk.steps[3].type, 'd');
    ck_assert_uint_eq(walk.steps[3].mode, 0750);
    ck_assert_int_eq(stat(other, &st), 0);
    ck_assert_uint_eq(walk.steps[last()].ino, st.st_ino);
    ck_assert_int_eq(zg_path_walk(&walk, "d/s", NULL, NULL), 0);
    ck_assert_str_eq(zg_path_text(&walk, last()), other);
}
END_TEST

START_TEST(follows_links_by_itself)
{
    char target[128];

    ck_assert_int_eq(mkdir("d", 0755), 0);
    close(bound("d/s", SOCK_STREAM));
    ck_assert_int_eq(symlink("d", "relative"), 0);
    snprintf(target, sizeof(target), "%s/relative", top);
    ck_assert_int_eq(symlink(target, "absolute"), 0);
    ck_assert_int_eq(symlink("d/../absolute/s", "last"), 0);
    ck_assert_int_eq(symlink("loop", "loop"), 0);
    ck_assert_int_eq(zg_path_walk(&walk, "last", NULL, NULL), 0);
    ck_assert_int_eq(walk.steps[last()].type, 's');
    ck_assert_uint_eq(walk.links, 3);
    /* / tmp top last(l) d top absolute(l) / tmp top relative(l) d s */
    ck_assert_uint_eq(walk.count, 13);
    ck_assert_int_eq(walk.steps[3].type, 'l');
    ck_assert_str_eq(zg_path_text(&walk, 5), top);
    ck_assert_str_eq(zg_path_text(&walk, 7), "/");
    ck_assert_int_eq(zg_path_walk(&walk, "loop", NULL, NULL), -ELOOP);
    ck_assert_int_eq(zg_path_walk(&walk, "d/none", NULL, NULL), -ENOENT);
    ck_assert_int_eq(zg_path_walk(&walk, "d/s/x", NULL, NULL), -ENOTDIR);
}
END_TEST

static void count_sockets(const struct zg_path_step *step, uint32_t index, int fd, void *arg)
{
    (void)index, (void)fd;
    *(unsigned *)arg += step->type == 's';
}

/* The file is found and shown, however odd or long the way to it is. */
START_TEST(shows_the_file_at_the_end_of_every_way)
{
    char path[1024] = "";
    unsigned shown = 0;

    ck_assert_int_eq(mkdir("d", 0755), 0);
    close(bound("d/s", SOCK_STREAM));
    for (int i = 0; i < 45; i++)
        strcat(path, "d/../");
    strcat(path, "d/s");
    ck_assert_int_eq(zg_path_walk(&walk, path, count_sockets, &shown), 0);
    ck_assert_uint_eq(shown, 1);
    ck_assert(!walk.direct);
    memmove(path + 10, path, strlen(path) + 1);
    memcpy(path, "d/../d/../", 10);
    ck_assert_int_eq(zg_path_walk(&walk, path, count_sockets, &shown), -ZG_ETOOBIG);
    ck_assert_uint_eq(shown, 2);
    ck_assert(walk.direct);
    ck_assert_int_eq(walk.steps[last()].type, 's');
    ck_assert_str_eq(zg_path_text(&walk, last()), path);
}
END_TEST

START_TEST(leaves_no_descriptor_behind)
{
    int before = dup(0);

    close(before);
    ck_assert_int_eq(mkdir("d", 0755), 0);
    for (int i = 0; i < 300; i++) {
        (void)zg_path_walk(&walk, "d/none", NULL, NULL);
        (void)zg_path_walk(&walk, "d", NULL, NULL);
        (void)zg_path_walk(&walk, "d/../d/.", NULL, NULL);
    }
    ck_assert_int_eq(open("/", O_PATH), before);
    ck_assert_int_lt(fcntl(64, F_GETFD), 0);
    close(before);
}
END_TEST

START_TEST(walks_from_a_directory_that_has_no_path)
{
    ck_assert_int_eq(mkdir("gone", 0755), 0);
    ck_assert_int_eq(chdir("gone"), 0);
    ck_assert_int_eq(rmdir("../gone"), 0);
    ck_assert_int_eq(zg_path_walk(&walk, "s", NULL, NULL), -ENOENT);
    ck_assert(walk.cut);
    ck_assert_int_eq(walk.steps[0].type, 'd');
    ck_assert_str_eq(zg_path_text(&walk, 0), ".");
}
END_TEST

/* As another user, below a directory that this user may not pass: from the current one. */
START_TEST(tolerates_parents_that_may_not_be_passed)
{
    if (geteuid() != 0)
        return;
    ck_assert_int_eq(mkdir("closed", 0700), 0);
    ck_assert_int_eq(mkdir("closed/open", 0777), 0);
    ck_assert_int_eq(chdir("closed/open"), 0);
    ck_assert_int_eq(chmod(".", 0777), 0);
    ck_assert_int_eq(seteuid(65534), 0);
    close(bound("s", SOCK_STREAM));
    ck_assert_int_eq(zg_path_walk(&walk, "s", NULL, NULL), 0);
    ck_assert_int_eq(seteuid(0), 0);
    ck_assert(walk.cut);
    ck_assert_int_eq(walk.steps[last()].type, 's');
    ck_assert_uint_eq(walk.steps[last()].uid, 65534);
    ck_assert_str_eq(zg_path_text(&walk, last()), "./s");
}
END_TEST

START_TEST(survives_paths_that_are_too_long)
{
    char path[8192];

    memset(path, 'x', sizeof(path));
    path[sizeof(path) - 1] = '\0';
    ck_assert_int_lt(zg_path_walk(&walk, path, NULL, NULL), 0);
    for (size_t i = 0; i < sizeof(path) - 1; i += 2)
        memcpy(path + i, "./", 2);
    ck_assert_int_lt(zg_path_walk(&walk, path, NULL, NULL), 0);
    path[900] = '\0';
    ck_assert_int_eq(zg_path_walk(&walk, path, NULL, NULL), 0);
}
END_TEST

/* u::rwx u:65534:rw- g::rwx m::rw- o::--- */
static const unsigned char acl_blob[] = {2,   0,   0,   0,    1,   0,   7,    0,   255, 255, 255,
                                         255, 2,   0,   6,    0,   254, 255,  0,   0,   4,   0,
                                         7,   0,   255, 255,  255, 255, 0x10, 0,   6,   0,   255,
                                         255, 255, 255, 0x20, 0,   0,   0,    255, 255, 255, 255};

START_TEST(decodes_acls)
{
    static struct zg_acl acl;

    ck_assert_int_eq(zg_acl_decode(acl_blob, sizeof(acl_blob), &acl), 0);
    ck_assert_uint_eq(acl.count, 5);
    ck_assert_uint_eq(acl.entries[1].tag, ZG_ACL_USER);
    ck_assert_uint_eq(acl.entries[1].id, 65534);
    ck_assert_uint_eq(acl.entries[1].perm, 6);
    ck_assert_uint_eq(acl.entries[2].perm, 6); /* rwx under the mask */
    ck_assert_uint_eq(acl.entries[0].perm, 7); /* the owner is not */
    for (size_t n = 0; n < sizeof(acl_blob); n++) {
        bool whole = n >= 4 && (n - 4) % 8 == 0;

        ck_assert_int_eq(zg_acl_decode(acl_blob, n, &acl), whole ? 0 : -ZG_EINVAL);
    }
}
END_TEST

START_TEST(reads_acls_of_what_may_not_be_opened)
{
    static struct zg_acl acl;
    int fd;

    close(bound("s", SOCK_STREAM));
    fd = open("s", O_PATH | O_NOFOLLOW);
    ck_assert_int_eq(zg_acl_read(fd, false, &acl), -ZG_ENOENT);
    if (setxattr("s", "system.posix_acl_access", acl_blob, sizeof(acl_blob), 0) == 0) {
        ck_assert_int_eq(zg_acl_read(fd, false, &acl), 0);
        ck_assert_uint_eq(acl.count, 5);
    }
    close(fd);
    fd = open(".", O_PATH);
    ck_assert_int_eq(zg_acl_read(fd, true, &acl), -ZG_ENOENT);
    close(fd);
}
END_TEST

struct seen {
    const struct stat *st;
    uint32_t dev;
    unsigned served, all;
};

static bool count_served(const struct zg_diag_socket *s, void *arg)
{
    struct seen *seen = arg;

    seen->all++;
    if (zg_diag_is_served(s) && s->file_ino == (uint32_t)seen->st->st_ino &&
        s->file_dev == seen->dev)
        seen->served++;
    return true;
}

static unsigned served(const char *path, const struct stat *st)
{
    struct seen seen = {.st = st};

    ck_assert_int_eq(zg_diag_dev_of(path, st, &seen.dev), 0);
    if (zg_diag_each(count_served, &seen) != 0)
        return 0;
    ck_assert_uint_gt(seen.all, 0);
    return seen.served;
}

START_TEST(reads_devices_of_mounts)
{
    static const char text[] = "36 35 98:0 / / rw shared:1 - ext4 /dev/a rw\n"
                               "37 36 0:47 /sub /mnt rw - btrfs /dev/b rw\n"
                               "no line\n38 36 8:";
    uint32_t dev = 1;

    ck_assert_int_eq(zg_diag_parse_mounts(text, 36, &dev), 0);
    ck_assert_uint_eq(dev, 98U << 20);
    ck_assert_int_eq(zg_diag_parse_mounts(text, 37, &dev), 0);
    ck_assert_uint_eq(dev, 47);
    ck_assert_int_eq(zg_diag_parse_mounts(text, 38, &dev), -ZG_ENOENT);
    ck_assert_int_eq(zg_diag_parse_mounts("", 36, &dev), -ZG_ENOENT);
}
END_TEST

START_TEST(knows_who_listens_at_a_file)
{
    int fd = bound("s", SOCK_STREAM);
    struct zg_diag_socket s;
    struct stat st, sock;
    uint32_t dev;

    ck_assert_int_eq(stat("s", &st), 0);
    ck_assert_int_eq(fstat(fd, &sock), 0);
    if (zg_diag_find((uint32_t)sock.st_ino, &s) != 0)
        return; /* a kernel without unix_diag, or a filter */
    ck_assert(s.has_file);
    ck_assert_uint_eq(s.file_ino, (uint32_t)st.st_ino);
    ck_assert_int_eq(zg_diag_dev_of("s", &st, &dev), 0);
    ck_assert_uint_eq(s.file_dev, dev);
    ck_assert(s.cookie == 0 || s.cookie == zg_diag_cookie(fd));
    ck_assert_uint_eq(served("s", &st), 0); /* bound only */
    ck_assert_int_eq(listen(fd, 1), 0);
    ck_assert_uint_eq(served("s", &st), 1);
    close(fd);
    ck_assert_uint_eq(served("s", &st), 0); /* dead */
    ck_assert_int_eq(zg_diag_find((uint32_t)sock.st_ino, &s), -ZG_ENOENT);
    fd = bound("datagrams", SOCK_DGRAM);
    ck_assert_int_eq(stat("datagrams", &st), 0);
    ck_assert_uint_eq(served("datagrams", &st), 1);
    close(fd);
}
END_TEST

START_TEST(finds_its_listener_among_many)
{
    int fds[200];
    char name[16];
    struct stat st;

    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof(name), "s%d", i);
        fds[i] = bound(name, SOCK_STREAM);
        ck_assert_int_eq(listen(fds[i], 1), 0);
    }
    ck_assert_int_eq(stat("s173", &st), 0);
    ck_assert_uint_le(served("s173", &st), 1);
    for (int i = 0; i < 200; i++)
        close(fds[i]);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("host");

    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, shows_every_component);
    tcase_add_test(c, follows_links_by_itself);
    tcase_add_test(c, shows_the_file_at_the_end_of_every_way);
    tcase_add_test(c, leaves_no_descriptor_behind);
    tcase_add_test(c, walks_from_a_directory_that_has_no_path);
    tcase_add_test(c, tolerates_parents_that_may_not_be_passed);
    tcase_add_test(c, survives_paths_that_are_too_long);
    tcase_add_test(c, decodes_acls);
    tcase_add_test(c, reads_acls_of_what_may_not_be_opened);
    tcase_add_test(c, reads_devices_of_mounts);
    tcase_add_test(c, knows_who_listens_at_a_file);
    tcase_add_test(c, finds_its_listener_among_many);
    return run_suite("path", c);
}
