/* SPDX-License-Identifier: MPL-2.0 */
/* The state of the hooks, for verbosity=2. */
#include "start/state.h"

#include "base/fence.h"
#include "base/str.h"
#include "host/guard.h"
#include "host/lib.h"
#include "host/libc.h"
#include "host/options.h"
#include "host/stack.h"
#include "report/finding.h"

static const char *const libc_names[] = {
#define ZG_LIBC(name)          #name,
#define ZG_LIBC_COND(name)     #name,
#define ZG_LIBC_AS(name, type) #name,
#include "host/libc.def"
#undef ZG_LIBC
#undef ZG_LIBC_COND
#undef ZG_LIBC_AS
};

static void print_libc(void)
{
    zg_function *const *table = (zg_function *const *)(const void *)&zg_libc;
    ZG_BUF(line, 1024);
    size_t found = 0;

    for (size_t i = 0; i < ZG_LIBC_COUNT; i++)
        found += table[i] != NULL;
    zg_buf_format(&line, "libzmqguard: libc: %zu of %zu functions found", found, ZG_LIBC_COUNT);
    for (size_t i = 0; i < ZG_LIBC_COUNT; i++)
        if (table[i] == NULL)
            zg_buf_format(&line, ", not %s", libc_names[i]);
    zg_findings_notice(&line);
}

static void print_lib(const struct zg_lib *lib)
{
    ZG_BUF(line, 1536);
    uint32_t found = 0;

    for (uint32_t op = 0; op < ZG_OP_COUNT; op++)
        found += lib->fn[op] != NULL;
    zg_buf_format(&line, "libzmqguard: libzmq %S: %u of %u functions found", lib->path, found,
                  (uint32_t)ZG_OP_COUNT);
    for (uint32_t op = 0; op < ZG_OP_COUNT; op++)
        if (lib->fn[op] == NULL && zg_ops[op].status != ZG_STATUS_DRAFT)
            zg_buf_format(&line, ", not %s", zg_ops[op].name);
    if (!lib->drafts)
        zg_buf_str(&line, ", no drafts");
    zg_findings_notice(&line);
}

static void print_means(void)
{
    ZG_BUF(line, 512);

    zg_buf_format(&line, "libzmqguard: policy %s; stacks: %s; fence: %s",
                  zg_policy_name(zg_policy_now()),
                  zg_stack_missing() != NULL ? zg_stack_missing() : "libunwind",
                  zg_fence_asymmetric ? "membarrier" : "a full one, no membarrier here");
    zg_findings_notice(&line);
}

void zg_state_print(void)
{
    uint32_t count;
    const struct zg_lib *const *libs = zg_lib_all(&count);

    for (uint32_t i = 0; i < count; i++)
        print_lib(libs[i]);
    print_libc();
    print_means();
}
