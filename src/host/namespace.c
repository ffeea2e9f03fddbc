/* SPDX-License-Identifier: MPL-2.0 */
/* Looking for a libzmq in other link-map namespaces. */
#include "host/namespace.h"

#include <fcntl.h>
#include <sys/uio.h>

#include "base/str.h"
#include "base/sys.h"
#include "host/objects.h"

#define LINES ((size_t)8192)  /* of /proc/self/maps at a time */
#define CHUNK ((size_t)65536) /* of another object's constants at a time */

/* zmq_strerror(EFSM), which every version has (src/err.cpp). */
static const char wanted[] = "Operation cannot be accomplished in current state";

static uint32_t called; /* atomic: calls of dlmopen */
static uint32_t looked; /* atomic: of them before the last look */

void zg_namespace_expect(void)
{
    __atomic_add_fetch(&called, 1, __ATOMIC_RELAXED);
}

bool zg_namespace_is_due(void)
{
    return __atomic_load_n(&called, __ATOMIC_RELAXED) != __atomic_load_n(&looked, __ATOMIC_RELAXED);
}

struct mapping {
    uint64_t start, end;
    bool is_constant; /* readable, not writable */
    bool is_code;
    const char *path;
};

/* "start-end perms offset device inode path". False for what is no file's. */
static bool read_line(const char *line, struct mapping *m)
{
    const char *dash = strchr(line, '-');
    const char *space = strchr(line, ' ');

    m->path = strchr(line, '/');
    if (dash == NULL || space == NULL || dash > space || m->path == NULL || strlen(space) < 5)
        return false;
    m->is_constant = space[1] == 'r' && space[2] == '-';
    m->is_code = m->is_constant && space[3] == 'x';
    return zg_str_number(line, (size_t)(dash - line), 16, &m->start) == 0 &&
           zg_str_number(dash + 1, (size_t)(space - dash - 1), 16, &m->end) == 0;
}

static bool is_named_libzmq(const struct mapping *m)
{
    const char *name = strrchr(m->path, '/');

    return m->is_code && zg_str_starts(name, "/libzmq") && !zg_str_starts(name, "/libzmqguard");
}

static bool contains(const char *text, size_t len)
{
    const char *at = text;
    const char *end = text + len;

    while ((at = memchr(at, wanted[0], (size_t)(end - at))) != NULL) {
        if ((size_t)(end - at) < sizeof(wanted))
            return false;
        if (memcmp(at, wanted, sizeof(wanted)) == 0)
            return true;
        at++;
    }
    return false;
}

/* `chunk` has room for CHUNK bytes and what overlaps. */
static bool holds_libzmq(const struct mapping *m, char *chunk)
{
    for (uint64_t at = m->start; at < m->end; at += CHUNK) {
        size_t len = m->end - at < CHUNK + sizeof(wanted) ? m->end - at : CHUNK + sizeof(wanted);
        struct iovec to = {chunk, len};
        struct iovec from = {(void *)at, len};
        long n = zg_sys6(SYS_process_vm_readv, zg_sys_getpid(), &to, 1, &from, 1, 0);

        if (n <= 0)
            return false;
        if (contains(chunk, (size_t)n))
            return true;
    }
    return false;
}

struct look {
    void (*visit)(const char *path);
    bool by_content; /* also under another name */
    char lines[LINES + 1];
    char chunk[CHUNK + sizeof(wanted)];
};

static void look_at_line(struct look *look, const char *line)
{
    struct zg_object object;
    struct mapping m;

    if (!read_line(line, &m) || !m.is_constant || zg_object_at(m.start, &object))
        return;
    if (!is_named_libzmq(&m) && !(look->by_content && holds_libzmq(&m, look->chunk)))
        return;
    (void)zg_objects_refresh(); /* another thread may just have loaded it */
    if (!zg_object_at(m.start, &object))
        look->visit(m.path);
}

/* Lines longer than the buffer are cut: the rest of one begins with no address. */
static void look_at_lines(struct look *look, int fd)
{
    size_t have = 0;

    for (;;) {
        long n = zg_sys_read(fd, look->lines + have, LINES - have);
        char *line = look->lines;
        char *end;

        if (n <= 0)
            return;
        have += (size_t)n;
        look->lines[have] = '\0';
        for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
            *end = '\0';
            look_at_line(look, line);
        }
        have = line == look->lines && have == LINES ? 0 : (size_t)(look->lines + have - line);
        memmove(look->lines, line, have);
    }
}

void zg_namespace_each(void (*visit)(const char *path))
{
    uint32_t now = __atomic_load_n(&called, __ATOMIC_RELAXED);
    struct look *look = zg_sys_map(sizeof(*look));
    int fd = look != NULL ? zg_sys_open("/proc/self/maps", O_RDONLY, 0) : -1;

    __atomic_store_n(&looked, now, __ATOMIC_RELAXED);
    if (fd >= 0) {
        look->visit = visit;
        look->by_content = now != 0;
        look_at_lines(look, fd);
        zg_sys_close(fd);
    }
    if (look != NULL)
        zg_sys_unmap(look, sizeof(*look));
}
