/* SPDX-License-Identifier: MPL-2.0 */
/* Finds the guard's library and builds LD_PRELOAD. */
#include "cli/preload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/cli.h"

#ifndef ZG_LIBDIR
#define ZG_LIBDIR "/usr/local/lib"
#endif

#define SEPARATORS ": " /* of LD_PRELOAD, ld.so(8) */

int zg_preload_find(char path[PATH_MAX])
{
    static const char *const below[] = {"", "../lib/", "../lib64/"};
    char self[PATH_MAX], candidate[2 * PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    struct utsname machine;

    self[n > 0 ? n : 0] = '\0';
    if (n > 0)
        strrchr(self, '/')[1] = '\0';
    for (size_t i = 0; n > 0 && i < ZG_COUNT(below); i++) {
        snprintf(candidate, sizeof(candidate), "%s%s" ZG_PRELOAD_NAME, self, below[i]);
        if (access(candidate, R_OK) == 0 && realpath(candidate, path) != NULL)
            return 0;
    }
    if (n > 0 && uname(&machine) == 0) {
        snprintf(candidate, sizeof(candidate), "%s../lib/%s-linux-gnu/" ZG_PRELOAD_NAME, self,
                 machine.machine);
        if (access(candidate, R_OK) == 0 && realpath(candidate, path) != NULL)
            return 0;
    }
    zg_str_copy(path, PATH_MAX, ZG_LIBDIR "/" ZG_PRELOAD_NAME);
    return access(path, R_OK) == 0 ? 0 : -ZG_ENOENT;
}

/* The last component of the first len bytes. */
static const char *base_name(const char *path, size_t *len)
{
    const char *slash = memrchr(path, '/', *len);

    if (slash == NULL)
        return path;
    *len -= (size_t)(slash + 1 - path);
    return slash + 1;
}

bool zg_preload_is_sanitizer(const char *path, size_t len)
{
    static const char *const names[] = {
        "libasan.so",        "libtsan.so",         "libhwasan.so",     "liblsan.so",
        "libubsan.so",       "libclang_rt.asan",   "libclang_rt.tsan", "libclang_rt.hwasan",
        "libclang_rt.ubsan", "libclang_rt.memprof"};
    const char *name = base_name(path, &len);

    for (size_t i = 0; i < ZG_COUNT(names); i++)
        if (len >= strlen(names[i]) && memcmp(name, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

static bool is_guard(const char *path, size_t len)
{
    const char *name = base_name(path, &len);

    return len == strlen(ZG_PRELOAD_NAME) && memcmp(name, ZG_PRELOAD_NAME, len) == 0;
}

static void append(char **list, const char *item, size_t len)
{
    char *longer = zg_cli_format("%s%s%.*s", *list, **list != '\0' ? ":" : "", (int)len, item);

    free(*list);
    *list = longer;
}

/* Copies the entries of old (without the guard itself) from `from` on while `want` says so. */
static const char *copy_entries(char **list, const char *old, const char *end)
{
    while (old < end) {
        size_t len = strcspn(old, SEPARATORS);

        if (len > 0 && !is_guard(old, len))
            append(list, old, len);
        old += len + (old[len] != '\0');
    }
    return old;
}

/* Just after the last sanitizer's runtime in the list; its beginning when it has none. */
static const char *after_sanitizers(const char *old)
{
    const char *after = old;

    for (const char *p = old; *p != '\0';) {
        size_t len = strcspn(p, SEPARATORS);
        bool sanitizer = zg_preload_is_sanitizer(p, len);

        p += len + (p[len] != '\0');
        after = sanitizer ? p : after;
    }
    return after;
}

char *zg_preload_list(const char *old, const char *guard, const struct zg_elf *elf)
{
    char *list = zg_cli_copy("");
    const char *split;

    old = old == NULL ? "" : old;
    split = after_sanitizers(old);
    for (size_t i = 0; elf != NULL && split == old && i < elf->needed_count; i++)
        if (zg_preload_is_sanitizer(elf->needed[i], strlen(elf->needed[i])))
            append(&list, elf->needed[i], strlen(elf->needed[i]));
    copy_entries(&list, old, split);
    append(&list, guard, strlen(guard));
    copy_entries(&list, split, split + strlen(split));
    return list;
}
