/* SPDX-License-Identifier: MPL-2.0 */
/* Making the slots of loaded objects lead to the guard's hooks. */
#include "host/patch.h"

#include <errno.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "base/lock.h"
#include "base/str.h"
#include "base/sys.h"
#include "host/libc.h"
#include "host/objects.h"
#include "host/scope.h"

#define USERS_MAX    128 /* objects that refer to libzmq, kept for later looks */
#define FAILURES_MAX 8

/* Written once, by zg_patch_init(). */
static struct {
    const struct zg_patch_target *all; /* atomic */
    size_t count;
    zg_patch_hook_fn *hook_of;
} targets;

static struct {
    const struct zg_patch_inner *all;
    size_t count;
} inner;

static uint32_t deepbound_from = UINT32_MAX; /* atomic: see zg_patch_expect_deepbound() */

/* Which objects refer to libzmq at all; most do not, and need no second look. */
static struct {
    struct zg_lock lock;
    uint64_t unloads;  /* the loader's counter that the rest belongs to */
    uint32_t examined; /* objects of the loader's list sorted out */
    uint32_t count;
    uint32_t users[USERS_MAX]; /* places in the loader's list */
    bool overflow;             /* more than that: all are looked at every time */
} known;

static struct {
    uint32_t count; /* atomic */
    char paths[FAILURES_MAX][256];
} failures;

void zg_patch_init(const struct zg_patch_target *all, size_t count, zg_patch_hook_fn *hook_of)
{
    targets.count = count;
    targets.hook_of = hook_of;
    __atomic_store_n(&targets.all, all, __ATOMIC_RELEASE);
}

void zg_patch_inner_init(const struct zg_patch_inner *all, size_t count)
{
    inner.all = all;
    inner.count = count;
}

/* An object whose slots are looked at. */
struct subject {
    const struct zg_object *object;
    struct zg_elf elf;
    bool is_libzmq; /* its calls to itself are its own affair, its threads and locks are not */
    bool deepbound;
};

/* What the object refers to by this name, or NULL: nothing of ours. */
static const struct zg_patch_target *find_target(const struct subject *subject, const char *name)
{
    bool is_zmq = zg_str_starts(name, "zmq_");
    uint32_t hash;

    if (is_zmq ? subject->is_libzmq : !subject->deepbound)
        return NULL;
    hash = zg_elf_hash(name);
    for (size_t i = 0; i < targets.count; i++) {
        const struct zg_patch_target *t = &targets.all[i];

        if (t->hash == hash && zg_str_equal(t->name, name))
            return t->hook != NULL ? t : NULL;
    }
    return NULL;
}

static bool is_undefined(const struct zg_elf *elf, const ElfW(Rela) * r)
{
    return zg_elf_slot_symbol(elf, r)->st_shndx == SHN_UNDEF;
}

static bool names_zmq(const struct zg_elf *elf, const ElfW(Rela) * r, const void *arg)
{
    (void)arg;
    return is_undefined(elf, r) && zg_str_starts(zg_elf_slot_name(elf, r), "zmq_");
}

/* Lets the kernel write: it says EFAULT where the page is read-only, and cannot fault the host. */
static long write_by_kernel(uintptr_t slot, uintptr_t value)
{
    struct iovec from = {.iov_base = &value, .iov_len = sizeof(value)};
    struct iovec to = {.iov_base = (void *)slot, .iov_len = sizeof(value)};

    return zg_sys6(SYS_process_vm_writev, zg_sys_getpid(), &from, 1, &to, 1, 0);
}

static bool write_protected(uintptr_t slot, uintptr_t value)
{
    uintptr_t size = getauxval(AT_PAGESZ); /* 4 KiB to 64 KiB on aarch64 */
    uintptr_t page = slot & ~(size - 1);

    if (zg_sys3(SYS_mprotect, page, size, PROT_READ | PROT_WRITE) != 0)
        return false;
    __atomic_store_n((uintptr_t *)slot, value, __ATOMIC_RELEASE);
    (void)zg_sys3(SYS_mprotect, page, size, PROT_READ);
    return true;
}

/*
 * A slot in RELRO is read-only once the loader has finished the object; until then (another thread
 * may be in the middle of a dlopen) it must stay writable. Only a page that is read-only now is
 * made so again.
 */
static bool write_slot(const struct zg_object *object, uintptr_t slot, uintptr_t value)
{
    uintptr_t page = getauxval(AT_PAGESZ);
    bool relro = slot >= (object->relro_start & ~(page - 1)) && slot < object->relro_end;
    long rc;

    if (!relro) {
        __atomic_store_n((uintptr_t *)slot, value, __ATOMIC_RELEASE);
        return true;
    }
    rc = write_by_kernel(slot, value);
    return rc == (long)sizeof(value) || write_protected(slot, value);
}

static void note_failure(const char *path)
{
    uint32_t count = failures.count;

    for (uint32_t i = 0; i < count; i++)
        if (zg_str_equal(failures.paths[i], path))
            return;
    if (count == FAILURES_MAX)
        return;
    (void)zg_str_copy(failures.paths[count], sizeof(failures.paths[0]), path);
    __atomic_store_n(&failures.count, count + 1, __ATOMIC_RELEASE);
}

static bool some_copy_has(uint32_t op)
{
    const struct zg_lib *const *all;
    uint32_t count;

    all = zg_lib_all(&count);
    for (uint32_t i = 0; i < count; i++)
        if (!__atomic_load_n(&all[i]->gone, __ATOMIC_ACQUIRE) && all[i]->own[op] != 0)
            return true;
    return false;
}

/* A slot that leads back into its own object's PLT is bound at the first call. A function that the
 * guard exports will then be found in the guard, unless the object was opened with RTLD_DEEPBIND.
 */
static bool is_to_be_patched(const struct subject *subject, const struct zg_patch_target *t,
                             uintptr_t value, const struct zg_lib **lib)
{
    const struct zg_object *object = subject->object;
    bool lazy = value - object->start < object->end - object->start;

    *lib = NULL;
    if (t->op == ZG_OP_COUNT)
        return lazy || (value != 0 && value == t->real) || zg_libc_defines(t->name, value);
    if (lazy)
        return (subject->deepbound || zg_ops[t->op].status == ZG_STATUS_DRAFT) &&
               some_copy_has(t->op);
    *lib = zg_lib_defining(value);
    return *lib != NULL && (*lib)->own[t->op] == value;
}

static bool patch_one(const struct zg_elf *elf, const ElfW(Rela) * r, const void *arg)
{
    const struct subject *subject = arg;
    uintptr_t slot = elf->base + r->r_offset;
    const struct zg_patch_target *t = find_target(subject, zg_elf_slot_name(elf, r));
    const struct zg_lib *lib;

    if (t == NULL || !is_undefined(elf, r) ||
        !is_to_be_patched(subject, t, __atomic_load_n((uintptr_t *)slot, __ATOMIC_RELAXED), &lib))
        return false;
    if (!write_slot(subject->object, slot, (uintptr_t)t->hook)) {
        note_failure(subject->object->path);
        return false;
    }
    if (t->op != ZG_OP_COUNT && zg_ops[t->op].class == ZG_CLASS_MAKE &&
        zg_ops[t->op].status != ZG_STATUS_DRAFT)
        zg_lib_bind_object(subject->object, lib);
    return false;
}

/* A slot of libzmq's own. */
static bool patch_inner(const struct zg_elf *elf, const ElfW(Rela) * r, const void *arg)
{
    const struct zg_object *object = arg;
    const char *name = zg_elf_slot_name(elf, r);

    for (size_t i = 0; i < inner.count; i++) {
        if (is_undefined(elf, r) && zg_str_equal(inner.all[i].name, name))
            (void)write_slot(object, elf->base + r->r_offset, (uintptr_t)inner.all[i].hook);
    }
    return false;
}

/* Under the lock. True when the object is known to refer to libzmq, or has not been sorted out. */
static bool needs_look(uint32_t order)
{
    if (known.overflow || order >= known.examined)
        return true;
    for (uint32_t i = 0; i < known.count; i++)
        if (known.users[i] == order)
            return true;
    return false;
}

/* Under the lock: sorts a new object out. */
static void examined(uint32_t order, bool is_user)
{
    if (order < known.examined)
        return;
    known.examined = order + 1;
    if (is_user && known.count < USERS_MAX)
        known.users[known.count++] = order;
    else if (is_user)
        known.overflow = true;
}

static bool is_guard(const struct zg_object *object)
{
    uintptr_t here = (uintptr_t)&known;

    return here - object->start < object->end - object->start;
}

/* Nothing but a libzmq? */
static bool is_plain_libzmq(const struct zg_object *object)
{
    const struct zg_lib *lib = zg_lib_at(object->text_start);

    return lib != NULL && !lib->embedded;
}

static void look_at(const struct zg_object *object)
{
    struct subject subject = {
        .object = object,
        .is_libzmq = is_plain_libzmq(object),
        .deepbound = zg_patch_is_deepbound(object->order),
    };
    bool is_readable, is_user;

    if (!needs_look(object->order))
        return;
    is_readable = !is_guard(object) && zg_elf_open(&subject.elf, object->base, object->dynamic);
    is_user = is_readable && !subject.is_libzmq && zg_elf_any_slot(&subject.elf, names_zmq, NULL);
    examined(object->order, is_user);
    if (is_readable && subject.is_libzmq)
        (void)zg_elf_any_slot(&subject.elf, patch_inner, object);
    if (is_user || (is_readable && subject.deepbound))
        (void)zg_elf_any_slot(&subject.elf, patch_one, &subject);
}

static bool look_locked(const struct zg_object *object, void *arg)
{
    zg_lock_acquire(&known.lock);

    (void)arg;
    look_at(object);
    zg_lock_release(&known.lock);
    return true;
}

/* Places in the loader's list mean other objects once something was unloaded. */
static void forget_if_unloaded(void)
{
    uint64_t loads, unloads;
    zg_lock_acquire(&known.lock);

    zg_objects_counters(&loads, &unloads);
    if (unloads != known.unloads) {
        known.examined = 0;
        known.count = 0;
        known.overflow = false;
        known.unloads = unloads;
    }
    zg_lock_release(&known.lock);
}

bool zg_patch_refresh(void)
{
    if (__atomic_load_n(&targets.all, __ATOMIC_ACQUIRE) == NULL)
        return true;
    forget_if_unloaded();
    return zg_objects_each(0, look_locked, NULL);
}

void zg_patch_expect_deepbound(uint32_t first_order)
{
    zg_lock_acquire(&known.lock);

    if (first_order < deepbound_from)
        __atomic_store_n(&deepbound_from, first_order, __ATOMIC_RELAXED);
    zg_lock_release(&known.lock);
}

zg_function *zg_patch_hook(uint32_t op, const struct zg_lib *lib)
{
    return __atomic_load_n(&targets.all, __ATOMIC_ACQUIRE) != NULL ? targets.hook_of(op, lib)
                                                                   : NULL;
}

bool zg_patch_is_deepbound(uint32_t order)
{
    return order >= __atomic_load_n(&deepbound_from, __ATOMIC_RELAXED);
}

void zg_patch_each_failure(bool (*visit)(const char *path, void *arg), void *arg)
{
    uint32_t count = __atomic_load_n(&failures.count, __ATOMIC_ACQUIRE);

    for (uint32_t i = 0; i < count; i++)
        if (!visit(failures.paths[i], arg))
            return;
}

void zg_patch_after_fork(void)
{
    zg_lock_reset(&known.lock);
}
