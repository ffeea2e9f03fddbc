/* SPDX-License-Identifier: MPL-2.0 */
/* Opens libunwind for the guard alone. */
#include "host/unwind_load.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "base/sys.h"
#include "host/elf.h"
#include "host/find_object.h"
#include "host/fork.h"
#include "host/libc.h"
#include "host/unwind.h"

#define SONAME           "libunwind.so.8"
#define CACHE_NONE       0 /* unw_caching_policy_t */
#define ACCESS_MEM       3 /* place in unw_accessors_t */
#define GET_PROC_NAME    7
#define UNWIND_ENOINFO   10
#define UNWIND_FUNCTIONS 9
#define FORKED_INSIDE    "the process forked while another thread was inside of dl_iterate_phdr()"

struct zg_unwind_lib zg_unwind_lib = {.missing = "not opened yet"};

/* A libunwind that the host has loaded calls what a ThreadSanitizer host's runtime stands in front
 * of: that is not the host's doing. NULL in other hosts, and for a libunwind of our own. */
static struct {
    void (*begin)(void);
    void (*end)(void);
} tsan_ignore; /* written once by zg_unwind_init() */

static uint32_t begun;  /* atomic: zg_unwind_init() was called */
static bool lockless;   /* libunwind does without the loader's list; written as tsan_ignore is */
static uint32_t inside; /* atomic: threads that are in libunwind for us */

static int (*host_sigprocmask)(int how, const sigset_t *set, sigset_t *old); /* written once */

static __thread struct zg_unwind_job *current __attribute__((tls_model("initial-exec")));

bool zg_unwind_enter(struct zg_unwind_job *job)
{
    /* libunwind takes the loader's lock: a handler that came in between and took a stack would wait
     * for it for ever (test/prog/life_signal_guard.c). */
    job->mask = zg_sys_block_signals();
    job->gated = lockless ? zg_fork_gate_enter() : zg_fork_list_enter();
    if (!job->gated && !lockless) {
        zg_sys_restore_signals(job->mask);
        return false;
    }
    __atomic_fetch_add(&inside, 1, __ATOMIC_RELAXED);
    job->saved_errno = errno;
    job->outer = current;
    current = job;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* a handler sees the job or what was before */
    if (tsan_ignore.begin != NULL)
        tsan_ignore.begin();
    return true;
}

void zg_unwind_leave(struct zg_unwind_job *job)
{
    if (tsan_ignore.end != NULL)
        tsan_ignore.end();
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    current = job->outer;
    errno = job->saved_errno;
    __atomic_fetch_sub(&inside, 1, __ATOMIC_RELAXED);
    if (job->gated)
        zg_fork_gate_leave();
    zg_sys_restore_signals(job->mask);
}

bool zg_unwind_is_inside(void)
{
    return current != NULL;
}

/* libunwind's access_mem. Without a job it is the host that uses this libunwind too. */
static int access_mem(void *space, uint64_t addr, uint64_t *value, int write, void *arg)
{
    uintptr_t word;

    if (current == NULL)
        return zg_unwind_lib.host_access_mem(space, addr, value, write, arg);
    if (write || !current->read(current, addr, &word))
        return -1;
    *value = word;
    return 0;
}

void zg_unwind_flush(void)
{
    if (zg_unwind_lib.flush_cache != NULL)
        zg_unwind_lib.flush_cache(*zg_unwind_lib.space, 0, 0);
}

/* A thread that was inside at the fork has left libunwind's locks and lists as they were. */
void zg_unwind_after_fork(void)
{
    bool left = __atomic_exchange_n(&inside, 0, __ATOMIC_RELAXED) != 0;

    if (zg_unwind_missing() != NULL)
        return;
    if (left)
        zg_unwind_lib.missing = "the process forked while another thread was inside of libunwind";
    else if (zg_fork_gate_is_lost() && !lockless)
        zg_unwind_lib.missing = FORKED_INSIDE;
}

/* Instead of dl_iterate_phdr: libunwind asks for the object of the frame's address, or of the one
 * before, where that is a return address. */
static int one_object(int (*visit)(struct dl_phdr_info *info, size_t size, void *arg), void *arg)
{
    uintptr_t ip = current != NULL ? current->ip : 0;
    struct dl_phdr_info info;
    int rc;

    if (ip == 0)
        return zg_libc_own.dl_iterate_phdr(visit, arg);
    rc = zg_find_object(ip - 1, &info) ? visit(&info, sizeof(info), arg) : 0;
    return rc == 0 && zg_find_object(ip, &info) ? visit(&info, sizeof(info), arg) : rc;
}

/* Instead of pipe2: libunwind 1.6 opens a pipe at its start to probe addresses, which it never
 * does with our access_mem. The host counts on low descriptors. */
static int no_pipe(int fd[2], int flags)
{
    (void)fd;
    (void)flags;
    errno = ENFILE;
    return -1;
}

/* Instead of open: where an address has no unwind table, as a signal trampoline has none on
 * aarch64, libunwind looks for debug information in the files of all that is loaded, every time. */
static int no_open(const char *path, int flags, ...)
{
    (void)path;
    (void)flags;
    errno = ENFILE;
    return -1;
}

/* Instead of sigprocmask: libunwind blocks all signals around each of its own locks, some hundred
 * times until the first calls' rules are learnt. In a job they are blocked already. Whoever else
 * came to use this libunwind gets libc's. */
static int no_mask(int how, const sigset_t *set, sigset_t *old)
{
    return current != NULL ? 0 : host_sigprocmask(how, set, old);
}

/* libunwind 1.8 on aarch64 guesses by symbols where unwind tables are missing. */
static int no_proc_name(void)
{
    return -UNWIND_ENOINFO;
}

static void set_slot(uintptr_t *slot, uintptr_t value)
{
    uintptr_t page = (uintptr_t)slot & ~(uintptr_t)4095;

    if (zg_sys3(SYS_mprotect, page, 4096, PROT_READ | PROT_WRITE) == 0)
        __atomic_store_n(slot, value, __ATOMIC_RELAXED);
}

static bool set_import(const struct zg_elf *elf, const ElfW(Rela) * r, size_t n, const char *name,
                       uintptr_t value)
{
    bool found = false;

    for (size_t i = 0; i < n; i++) {
        uint32_t symbol = (uint32_t)ELF64_R_SYM(r[i].r_info);

        if (symbol != 0 && strcmp(elf->strings + elf->symbols[symbol].st_name, name) == 0) {
            set_slot((uintptr_t *)(elf->base + r[i].r_offset), value);
            found = true;
        }
    }
    return found;
}

/* False: libunwind does not import it. */
static bool redirect(const struct zg_elf *elf, const char *name, uintptr_t to)
{
    bool called = set_import(elf, elf->plt_relocs, elf->plt_reloc_count, name, to);

    return set_import(elf, elf->relocs, elf->reloc_count, name, to) || called;
}

struct wanted {
    void *where;
    const char *name;
};

static bool look_up(void *handle, const struct wanted *wanted, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        void *p = zg_libc.dlsym(handle, wanted[i].name);

        if (p == NULL)
            return false;
        memcpy(wanted[i].where, &p, sizeof(p));
    }
    return true;
}

static void redirect_all(void *handle)
{
    const struct link_map *map = handle; /* as RTLD_DI_LINKMAP would say */
    struct zg_elf elf;

    if (!zg_elf_open(&elf, map->l_addr, map->l_ld))
        return;
    (void)redirect(&elf, "pipe2", (uintptr_t)no_pipe);
    (void)redirect(&elf, "open", (uintptr_t)no_open);
    if (look_up(handle, &(struct wanted){&host_sigprocmask, "sigprocmask"}, 1))
        (void)redirect(&elf, "sigprocmask", (uintptr_t)no_mask);
    if (zg_find_object_works() && zg_libc_own.dl_iterate_phdr != NULL)
        lockless = redirect(&elf, "dl_iterate_phdr", (uintptr_t)one_object);
}

/* Functions of one's own address space are mangled with L, the others are not. */
static void bind_functions(void *handle, bool is_ours)
{
    struct zg_unwind_lib lib = {.missing = zg_unwind_lib.missing};
    void **(*get_accessors)(void *space) = NULL;
    int (*set_caching_policy)(void *space, int policy) = NULL;
    const struct wanted wanted[UNWIND_FUNCTIONS] = {
        {&lib.init_local, ZG_ARCH_UNWIND_LOCAL "init_local"},
        {&lib.step, ZG_ARCH_UNWIND_LOCAL "step"},
        {&lib.get_reg, ZG_ARCH_UNWIND_LOCAL "get_reg"},
        {&lib.is_signal_frame, ZG_ARCH_UNWIND_LOCAL "is_signal_frame"},
        {&lib.get_proc_info_by_ip, ZG_ARCH_UNWIND_LOCAL "get_proc_info_by_ip"},
        {&lib.space, ZG_ARCH_UNWIND_LOCAL "local_addr_space"},
        {&lib.flush_cache, ZG_ARCH_UNWIND_ANY "flush_cache"},
        {&get_accessors, ZG_ARCH_UNWIND_ANY "get_accessors"},
        {&set_caching_policy, ZG_ARCH_UNWIND_LOCAL "set_caching_policy"},
    };
    void **accessors;

    if (!look_up(handle, wanted, UNWIND_FUNCTIONS) || !zg_unwind_learn_init()) {
        zg_unwind_lib.missing = SONAME " lacks functions that are needed for stacks";
        return;
    }
    if (is_ours)
        redirect_all(handle);
    accessors = get_accessors(*lib.space); /* libunwind's own start */
    if (is_ours) {
        /* Its cache needs a lock, which another thread could hold at a fork. */
        (void)set_caching_policy(*lib.space, CACHE_NONE);
        __atomic_store_n(&accessors[GET_PROC_NAME], (void *)no_proc_name, __ATOMIC_RELAXED);
    }
    memcpy(&lib.host_access_mem, &accessors[ACCESS_MEM], sizeof(lib.host_access_mem));
    zg_unwind_lib = lib;
    __atomic_store_n(&accessors[ACCESS_MEM], (void *)access_mem, __ATOMIC_RELEASE);
    /* Last: pairs with zg_unwind_missing(). */
    __atomic_store_n(&zg_unwind_lib.missing, NULL, __ATOMIC_RELEASE);
}

static void ignore_in_tsan(void)
{
    void *begin;
    void *end;

    if (zg_libc.dlsym == NULL)
        return;
    begin = zg_libc.dlsym(RTLD_DEFAULT, "__tsan_ignore_thread_begin");
    end = zg_libc.dlsym(RTLD_DEFAULT, "__tsan_ignore_thread_end");
    if (begin == NULL || end == NULL)
        return;
    memcpy(&tsan_ignore.end, &end, sizeof(end));
    memcpy(&tsan_ignore.begin, &begin, sizeof(begin));
}

/* RTLD_DEEPBIND: libunwind's calls go to libc itself, past our hooks (its locks would order threads
 * that nothing orders) and past a sanitizer's runtime, which would refuse the flag: hence libc's
 * own dlopen(). What libunwind allocates it frees itself. */
void zg_unwind_init(void)
{
    int saved = errno;
    void *handle = NULL;

    if (__atomic_exchange_n(&begun, 1, __ATOMIC_RELAXED) != 0)
        return;
    if (zg_fork_gate_is_lost()) { /* the loader would wait for the lock for ever */
        zg_unwind_lib.missing = FORKED_INSIDE;
        return;
    }
    zg_libc_init();
    if (ZG_OWN_LIBC(dlopen) != NULL)
        handle = zg_libc_own.dlopen(SONAME, RTLD_NOW | RTLD_NOLOAD);
    if (handle != NULL) {
        ignore_in_tsan();
        bind_functions(handle, false);
    } else if (zg_libc_own.dlopen != NULL) {
        handle = zg_libc_own.dlopen(SONAME, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
        if (handle != NULL)
            bind_functions(handle, true);
    }
    if (handle == NULL)
        zg_unwind_lib.missing = SONAME " could not be opened: stacks show the caller alone";
    zg_unwind_learn_check();
    errno = saved;
}

const char *zg_unwind_missing(void)
{
    return __atomic_load_n(&zg_unwind_lib.missing, __ATOMIC_ACQUIRE);
}
