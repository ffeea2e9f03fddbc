/* SPDX-License-Identifier: MPL-2.0 */
/* Writing jumps over the entries of functions, when no other thread can be in them. */
#include "host/entry.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "base/str.h"
#include "base/sys.h"

#define SLOT      (ZG_DETOUR_HOP + ZG_DETOUR_CODE)
#define FIRST_GAP ((uintptr_t)64 << 10)
#define NO_MEMORY "no memory within reach of a jump"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000 /* Linux 4.17; a hint to older ones */
#endif
#define MEMBARRIER_SYNC_CORE          (1 << 5) /* Linux 4.16 */
#define MEMBARRIER_REGISTER_SYNC_CORE (1 << 6)

static uintptr_t page_size(void)
{
    return getauxval(AT_PAGESZ); /* 4 KiB to 64 KiB on aarch64 */
}

static bool reserve_at(uintptr_t at, size_t size)
{
    long got = zg_sys6(SYS_mmap, at, size, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

    if (got < 0)
        return false;
    if ((uintptr_t)got == at)
        return true;
    (void)zg_sys2(SYS_munmap, got, size);
    return false;
}

static uintptr_t place(const struct zg_object *object, size_t size, uintptr_t gap, bool above)
{
    uintptr_t at = above ? object->end + gap : object->start - size - gap;

    if (!above && object->start < size + gap + FIRST_GAP)
        return 0;
    return at & ~(page_size() - 1);
}

static bool reserve_side(const struct zg_object *object, size_t size, bool above,
                         struct zg_entry_room *room)
{
    uintptr_t span = object->end - object->start + 2 * size;

    for (uintptr_t gap = 0; gap + span < ZG_ARCH_JUMP_REACH; gap += gap / 4 + FIRST_GAP) {
        uintptr_t at = place(object, size, gap, above);

        if (at != 0 && reserve_at(at, size)) {
            *room = (struct zg_entry_room){at, size};
            return true;
        }
    }
    return false;
}

/* Below the object: what follows the program's data is where its heap grows to. */
static bool reserve_near(const struct zg_object *object, size_t size, struct zg_entry_room *room)
{
    return reserve_side(object, size, false, room) ||
           (object->order != 0 && reserve_side(object, size, true, room));
}

/*
 * What a send or receive pays here and not in libzmq.so is the way to the hook. Of the 4.0 ns of a
 * call 1.0 is distance: processors keep the targets of branches best within 4 GiB, and the kernel
 * maps libraries Terabytes from the program; the jump to the hook, the call to the moved code and
 * the two returns are all far. 0.4 is the address in the hop, which a near hook would not need.
 * But no address that is fixed is near a program at a random one, and a copy of the hooks in the
 * room would be code that no unwinder and no debugger knows, with a thread in it that waits.
 */
static void prepare_one(struct zg_entry *e, uintptr_t slot)
{
    struct zg_detour_request request = {
        .code = (const uint8_t *)e->address,
        .size = e->size,
        .address = e->address,
        .moved = slot + ZG_DETOUR_HOP,
        .hop = slot,
        .shadow_stack = zg_arch_has_shadow_stack(),
    };

    e->error = ZG_ARCH_DETOUR(&request, &e->detour);
    e->moved = (zg_function *)(slot + ZG_DETOUR_HOP);
    if (e->error == ZG_DETOUR_OK)
        memcpy(e->before, (const uint8_t *)e->address + e->detour.patch_at, e->detour.patch_size);
}

const char *zg_entries_prepare(struct zg_entry *entries, size_t count,
                               const struct zg_object *object, struct zg_entry_room *room)
{
    uintptr_t page = page_size();
    size_t size = (count * SLOT + page - 1) & ~(page - 1);

    room->size = 0;
    if (!reserve_near(object, size, room))
        return NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        if (entries[i].address != 0)
            prepare_one(&entries[i], room->start + i * SLOT);
    return NULL;
}

void zg_entry_room_free(struct zg_entry_room *room)
{
    if (room->size != 0)
        (void)zg_sys2(SYS_munmap, room->start, room->size);
    room->size = 0;
}

static void fill(uint8_t *to, const struct zg_entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct zg_entry *e = &entries[i];

        if (e->address == 0 || e->error != ZG_DETOUR_OK)
            continue;
        ZG_ARCH_HOP(to + i * SLOT, (uintptr_t)e->hook);
        memcpy(to + i * SLOT + ZG_DETOUR_HOP, e->detour.code, e->detour.code_size);
    }
}

/* Written first and executable only then. Refused where memory that was writable must never become
 * executable (MDWE, SELinux's execmem, systemd's MemoryDenyWriteExecute). */
static bool open_room_here(const struct zg_entry_room *room, const struct zg_entry *entries,
                           size_t count)
{
    if (zg_sys3(SYS_mprotect, room->start, room->size, PROT_READ | PROT_WRITE) != 0)
        return false;
    fill((uint8_t *)room->start, entries, count);
    return zg_sys3(SYS_mprotect, room->start, room->size, PROT_READ | PROT_EXEC) == 0;
}

/* There a file in memory can be mapped as code that never was writable at this place. */
static bool open_room_by_file(const struct zg_entry_room *room, const struct zg_entry *entries,
                              size_t count)
{
    uint8_t *copy = zg_sys_map(room->size);
    bool ok = false;
    long fd;

    if (copy == NULL)
        return false;
    fill(copy, entries, count);
    fd = zg_sys2(SYS_memfd_create, "zmqguard", 1 /* MFD_CLOEXEC */);
    if (fd >= 0) {
        fd = zg_sys_move_fd((int)fd);
        ok = zg_sys_write((int)fd, copy, room->size) == (long)room->size &&
             zg_sys6(SYS_mmap, room->start, room->size, PROT_READ | PROT_EXEC,
                     MAP_PRIVATE | MAP_FIXED, fd, 0) == (long)room->start;
        zg_sys_close((int)fd);
    }
    zg_sys_unmap(copy, room->size);
    return ok;
}

/* The kernel writes as a debugger would: the page keeps its protection. */
static bool write_by_kernel(int fd, uintptr_t at, const uint8_t *bytes, size_t len)
{
    return fd >= 0 && zg_sys4(SYS_pwrite64, fd, bytes, len, at) == (long)len;
}

/* Executable all the time, for the other threads; what is refused is refused before the change. */
static bool write_unprotected(uintptr_t at, const uint8_t *bytes, size_t len)
{
    uintptr_t page = page_size();
    uintptr_t from = at & ~(page - 1);
    size_t size = ((at + len + page - 1) & ~(page - 1)) - from;

    if (zg_sys3(SYS_mprotect, from, size, PROT_READ | PROT_WRITE | PROT_EXEC) != 0)
        return false;
    memcpy((void *)at, bytes, len);
    (void)zg_sys3(SYS_mprotect, from, size, PROT_READ | PROT_EXEC);
    return true;
}

static bool write_code(int fd, uintptr_t at, const uint8_t *bytes, size_t len)
{
    bool ok = write_by_kernel(fd, at, bytes, len) || write_unprotected(at, bytes, len);

    __builtin___clear_cache((char *)at, (char *)at + len);
    return ok && memcmp((const void *)at, bytes, len) == 0;
}

/* Writes the jumps of the first `count` entries, or what was there before. Returns how many. */
static size_t write_all(int fd, const struct zg_entry *entries, size_t count, bool back)
{
    for (size_t i = 0; i < count; i++) {
        const struct zg_entry *e = &entries[i];
        const uint8_t *bytes = back ? e->before : e->detour.patch;

        if (e->address != 0 && e->error == ZG_DETOUR_OK &&
            !write_code(fd, e->address + e->detour.patch_at, bytes, e->detour.patch_size) && !back)
            return i;
    }
    return count;
}

/* Other processors may have fetched the old instructions already. */
static void synchronise_cores(void)
{
    (void)zg_sys3(SYS_membarrier, MEMBARRIER_REGISTER_SYNC_CORE, 0, 0);
    (void)zg_sys3(SYS_membarrier, MEMBARRIER_SYNC_CORE, 0, 0);
}

static bool any_is_written(const struct zg_entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (entries[i].address != 0 && entries[i].error == ZG_DETOUR_OK &&
            zg_entry_is_written(&entries[i]))
            return true;
    return false;
}

const char *zg_entries_write(struct zg_entry *entries, size_t count, struct zg_entry_room *room)
{
    size_t written;
    int fd;

    if (!open_room_here(room, entries, count) && !open_room_by_file(room, entries, count)) {
        zg_entry_room_free(room);
        return "the system refuses memory that can be executed";
    }
    __builtin___clear_cache((char *)room->start, (char *)(room->start + room->size));
    fd = zg_sys_open("/proc/self/mem", O_RDWR, 0);
    written = write_all(fd, entries, count, false);
    if (written < count)
        (void)write_all(fd, entries, written + 1, true);
    if (fd >= 0)
        zg_sys_close(fd);
    synchronise_cores();
    if (written == count)
        return NULL;
    if (!any_is_written(entries, written + 1))
        zg_entry_room_free(room);
    return "the system refuses to write to its code";
}

bool zg_entry_is_written(const struct zg_entry *entry)
{
    return memcmp((const uint8_t *)entry->address + entry->detour.patch_at, entry->detour.patch,
                  entry->detour.patch_size) == 0;
}

/* /proc/self/task/TID/syscall: "running", or the call that the thread waits in. A thread of the
 * own process may always be asked (ptrace_may_access() in kernel/ptrace.c). */
static bool waits(const char *tid)
{
    char path[64], text[16];

    (void)zg_format(path, sizeof(path), "/proc/self/task/%s/syscall", tid);
    return zg_sys_read_file(path, text, sizeof(text)) > 0 && text[0] >= '0' && text[0] <= '9';
}

static bool all_wait(const char *entries, size_t len, uint64_t self)
{
    for (size_t at = 0; at + offsetof(struct dirent64, d_name) < len;) {
        const struct dirent64 *d = (const struct dirent64 *)(const void *)(entries + at);
        uint64_t tid;

        if (zg_str_number(d->d_name, strlen(d->d_name), 10, &tid) == 0 && tid != self &&
            !waits(d->d_name))
            return false;
        if (d->d_reclen == 0)
            return false;
        at += d->d_reclen;
    }
    return true;
}

bool zg_entries_are_quiet(void)
{
    _Alignas(struct dirent64) char entries[2048] = {0};
    uint64_t self = (uint64_t)zg_sys_gettid();
    int fd = zg_sys_open("/proc/self/task", O_RDONLY | O_DIRECTORY, 0);
    bool quiet = fd >= 0;
    long n = 1;

    while (quiet && n > 0) {
        n = zg_sys3(SYS_getdents64, fd, entries, sizeof(entries));
        quiet = n == 0 || (n > 0 && all_wait(entries, (size_t)n, self));
    }
    if (fd >= 0)
        zg_sys_close(fd);
    return quiet;
}
