/* SPDX-License-Identifier: MPL-2.0 */
/* From a signal that ends the process to a finding, if it came inside of libzmq. */
#include "track/fault.h"

#include <signal.h>

#include "base/critical.h"
#include "base/str.h"
#include "host/fork.h"
#include "host/objects.h"
#include "host/options.h"
#include "host/signals.h"
#include "host/symbol.h"
#include "host/thread.h"
#include "report/code.h"
#include "report/finding.h"
#include "track/crash.h"

static const struct {
    int number;
    char name[8];
} watched[] = {
    {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},   {SIGILL, "SIGILL"},
    {SIGFPE, "SIGFPE"},   {SIGABRT, "SIGABRT"},
};

/* A shared library, or the C library's vDSO: what libzmq may have called. */
static bool is_library(const struct zg_object *o)
{
    struct zg_code code = {"", "", o->path, false, o->order == 0};

    return !code.is_program && zg_code_is_library(&code);
}

/* The C library's abort() and raise(). */
static bool is_raising(const struct zg_object *o, uintptr_t pc)
{
    char name[16];
    uint64_t offset;

    return zg_symbol_at(o, pc, name, sizeof(name), &offset) &&
           (zg_str_equal(name, "abort") || zg_str_equal(name, "raise") ||
            zg_str_equal(name, "gsignal"));
}

/*
 * Is libzmq on the stack, with nothing but libraries further in? Not when it has called back into
 * the program: a free function's crash is the program's own. A stack that says neither (it could
 * not be followed) leaves it to what else is known. A signal that is no fault must have been raised
 * in there, too: another process or thread may have sent it.
 */
static bool is_in_libzmq(zg_stack_id stack, bool is_fault, bool otherwise)
{
    uintptr_t pcs[ZG_STACK_FRAMES];
    size_t n = zg_stack_frames(stack, pcs, ZG_COUNT(pcs));
    struct zg_object o;

    for (size_t i = 0; i < n; i++) {
        if (zg_stack_is_script(pcs[i]) || zg_lib_is_libzmq(pcs[i] - 1))
            return is_fault && !zg_stack_is_script(pcs[i]);
        if (!zg_object_at(pcs[i] - 1, &o))
            continue;
        if (!is_library(&o))
            return false;
        is_fault = is_fault || is_raising(&o, pcs[i] - 1);
    }
    return is_fault && otherwise;
}

/* At a glance: not in the program's own code, whose stack need not be looked at. */
static bool may_be_in_libzmq(const struct zg_thread *t, uintptr_t pc)
{
    struct zg_object o;

    if (t == NULL || t->busy != 0 || zg_critical_is_inside() || zg_fork_page.live != 1)
        return false;
    return !zg_object_at(pc, &o) || zg_lib_is_libzmq(pc) || is_library(&o);
}

static const char *name_of(int number)
{
    for (size_t i = 0; i < ZG_COUNT(watched); i++) {
        if (watched[i].number == number)
            return watched[i].name;
    }
    return "a signal";
}

static void tell(struct zg_thread *t, int number, const siginfo_t *info, zg_stack_id stack)
{
    ZG_BUF(said, 64);

    zg_buf_str(&said, name_of(number));
    if (zg_critical_is_fault(number, info) && info->si_code != SI_KERNEL)
        zg_buf_format(&said, " at address %p", info->si_addr);
    zg_crash_report_signal(t, stack, said.text);
}

static void on_signal(int number, siginfo_t *info, void *context)
{
    struct zg_thread *t = zg_thread_self_or_null;
    bool is_fault = zg_critical_is_fault(number, info);
    zg_stack_id stack;

    if (!zg_crash_is_mine() &&
        may_be_in_libzmq(t, (uintptr_t)ZG_ARCH_CONTEXT_IP((zg_arch_context *)context))) {
        zg_crash_look_begins();
        stack = zg_stack_take_interrupted(context);
        if (zg_crash_look_ends(
                is_in_libzmq(stack, is_fault, t->internal || t->actor.entering != NULL)))
            tell(t, number, info, stack);
    }
    zg_crash_wait();
    zg_signals_pass(number, info);
}

void zg_fault_watch(void)
{
    if (zg_options.severity[ZG_KIND_LIBZMQ_ASSERT] == ZG_SEVERITY_OFF)
        return;
    for (size_t i = 0; i < ZG_COUNT(watched); i++)
        zg_signals_watch(watched[i].number, on_signal);
}
