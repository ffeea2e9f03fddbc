/* SPDX-License-Identifier: MPL-2.0 */
/* Reading the environment, and taking the guard out of it. */
#include "start/environment.h"

#include <string.h>
#include <unistd.h>

#include "base/str.h"

static char *find(char **envp, const char *name)
{
    size_t n = strlen(name);

    if (envp == NULL)
        envp = environ;
    for (; envp != NULL && *envp != NULL; envp++) {
        if (strncmp(*envp, name, n) == 0 && (*envp)[n] == '=')
            return *envp + n + 1;
    }
    return NULL;
}

const char *zg_environment_get(char **envp, const char *name)
{
    return find(envp, name);
}

/* Is the entry of LD_PRELOAD (n bytes) a path to libzmqguard.so? */
static bool is_guard(const char *entry, size_t n)
{
    static const char name[] = "libzmqguard.so";
    size_t len = sizeof(name) - 1;

    return n >= len && memcmp(entry + n - len, name, len) == 0 &&
           (n == len || entry[n - len - 1] == '/');
}

/* In place: the string only gets shorter. ld.so takes colons and spaces as separators. */
void zg_environment_strip_preload(char **envp)
{
    char *list = find(envp, "LD_PRELOAD");
    char *out = list;

    while (list != NULL && *list != '\0') {
        size_t n = strcspn(list, ": ");
        size_t step = n + (list[n] != '\0');

        if (!is_guard(list, n)) {
            memmove(out, list, step);
            out += step;
        }
        list += step;
    }
    if (out != NULL)
        *out = '\0';
}
