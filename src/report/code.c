/* SPDX-License-Identifier: MPL-2.0 */
/* Rules by which a frame counts as the reader's own. */
#include "report/code.h"

#include "base/str.h"

static bool starts_with_one(const char *text, const char *const *starts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (zg_str_starts(text, starts[i]))
            return true;
    }
    return false;
}

bool zg_code_is_binding(const struct zg_code *c)
{
    static const char *const functions[] = {"zmq::", "_ZN3zmq", "_ZNK3zmq"};
    static const char *const modules[] = {"libzmq.", "libzmq-", "libczmq.", "libczmq-"};
    const char *file = zg_str_last_component(c->file);

    if (c->is_script)
        return strstr(c->file, "/zmq/") != NULL;
    return zg_str_equal(file, "zmq.hpp") || zg_str_equal(file, "zmq_addon.hpp") ||
           strstr(c->module, "-packages/zmq/") != NULL ||
           starts_with_one(c->function, functions, ZG_COUNT(functions)) ||
           starts_with_one(zg_str_last_component(c->module), modules, ZG_COUNT(modules));
}

static bool is_library_script(const char *file)
{
    return strstr(file, "/site-packages/") != NULL || strstr(file, "/dist-packages/") != NULL ||
           strstr(file, "/lib/python3") != NULL || strstr(file, "/node_modules/") != NULL ||
           file[0] == '<' || zg_str_starts(file, "node:");
}

static bool is_interpreter(const char *name)
{
    static const char *const starts[] = {"python3", "libpython", "pypy", "ruby", "php", "beam."};
    static const char *const names[] = {"node", "perl", "java"};

    for (size_t i = 0; i < ZG_COUNT(names); i++) {
        if (zg_str_equal(name, names[i]))
            return true;
    }
    return starts_with_one(name, starts, ZG_COUNT(starts));
}

#define PATH_SIZE 512

/* The path by its text alone, without "." and "..": a compiler names headers by the directories
 * that it was told, and pkg-config files say "/usr/lib/pkgconfig/../../include". */
static void normalize(struct zg_buf *out, const char *path)
{
    while (*path != '\0') {
        size_t len = strcspn(path, "/");

        if (len == 2 && path[0] == '.' && path[1] == '.')
            while (out->len > 0 && out->text[--out->len] != '/') {
            }
        else if (len > 1 || (len == 1 && path[0] != '.'))
            zg_buf_format(out, "/%.*s", (int)len, path);
        out->text[out->len] = '\0';
        path += len + (path[len] == '/');
    }
}

static bool is_system_header(const char *file)
{
    static const char *const directories[] = {"/usr/include/", "/usr/local/include/"};
    ZG_BUF(path, PATH_SIZE);

    if (file[0] != '/')
        return false;
    normalize(&path, file);
    return starts_with_one(path.text, directories, ZG_COUNT(directories));
}

bool zg_code_is_library(const struct zg_code *c)
{
    static const char *const directories[] = {"/lib/", "/lib64/", "/usr/lib", "/usr/local/lib",
                                              "/nix/store/"};

    if (zg_code_is_binding(c))
        return true;
    if (c->is_script)
        return is_library_script(c->file);
    if (is_system_header(c->file) || zg_str_starts(c->function, "std::") ||
        is_interpreter(zg_str_last_component(c->module)) ||
        strstr(c->module, "-packages/") != NULL || strstr(c->module, "/node_modules/") != NULL)
        return true;
    if (c->module[0] == '\0' && c->function[0] == '\0')
        return true; /* code that was made at run time: nothing to show */
    return !c->is_program && starts_with_one(c->module, directories, ZG_COUNT(directories));
}
