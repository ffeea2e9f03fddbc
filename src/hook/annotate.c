/* SPDX-License-Identifier: MPL-2.0 */
/* What programs tell about their own synchronisation: zmqguard.h, and the annotations that TSan
 * and Helgrind know, which are passed on to a sanitizer's runtime. */
#include "host/guard.h"
#include "host/handles.h"
#include "track/edge.h"

void zmqguard_handoff(void *socket);
void zmqguard_release(const volatile void *address);
void zmqguard_acquire(const volatile void *address);
void zmqguard_ignore_begin(void);
void zmqguard_ignore_end(void);
int zmqguard_is_active(void);
void AnnotateHappensBefore(const char *file, int line, const volatile void *address);
void AnnotateHappensAfter(const char *file, int line, const volatile void *address);
void WTFAnnotateHappensBefore(const char *file, int line, const volatile void *address);
void WTFAnnotateHappensAfter(const char *file, int line, const volatile void *address);

ZG_EXPORT void zmqguard_handoff(void *socket)
{
    struct zg_thread *t = zg_thread_self();
    struct zg_socket *s = t != NULL ? zg_handles_find((uintptr_t)socket) : NULL;

    if (s != NULL && zg_owned_hand_off(&s->owned, &t->actor))
        zg_sync_note_time(&t->actor.released, zg_sync_tag((uintptr_t)socket, ZG_SYNC_HANDOFF));
}

ZG_EXPORT void zmqguard_release(const volatile void *address)
{
    zg_edge_release(ZG_RETURN_ADDRESS(), address, ZG_SYNC_ANNOTATION, ZG_SYNC_SHARED);
}

ZG_EXPORT void zmqguard_acquire(const volatile void *address)
{
    zg_edge_acquire(ZG_RETURN_ADDRESS(), address, ZG_SYNC_ANNOTATION);
}

ZG_EXPORT void zmqguard_ignore_begin(void)
{
    struct zg_thread *t = zg_thread_self();

    if (t == NULL)
        return;
    t->ignore++;
    zg_thread_set_ignored(t);
}

ZG_EXPORT void zmqguard_ignore_end(void)
{
    struct zg_thread *t = zg_thread_self();

    if (t == NULL || t->ignore == 0)
        return;
    t->ignore--;
    zg_thread_set_ignored(t);
}

ZG_EXPORT int zmqguard_is_active(void)
{
    return __atomic_load_n(&zg_state, __ATOMIC_ACQUIRE) >= ZG_STATE_READY;
}

ZG_EXPORT void AnnotateHappensBefore(const char *file, int line, const volatile void *address)
{
    zg_edge_release(ZG_RETURN_ADDRESS(), address, ZG_SYNC_ANNOTATION, ZG_SYNC_SHARED);
    if (zg_libc.AnnotateHappensBefore != NULL)
        zg_libc.AnnotateHappensBefore(file, line, address);
}

ZG_EXPORT void AnnotateHappensAfter(const char *file, int line, const volatile void *address)
{
    zg_edge_acquire(ZG_RETURN_ADDRESS(), address, ZG_SYNC_ANNOTATION);
    if (zg_libc.AnnotateHappensAfter != NULL)
        zg_libc.AnnotateHappensAfter(file, line, address);
}

ZG_EXPORT void WTFAnnotateHappensBefore(const char *file, int line, const volatile void *address)
{
    zg_edge_release(ZG_RETURN_ADDRESS(), address, ZG_SYNC_ANNOTATION, ZG_SYNC_SHARED);
    if (zg_libc.WTFAnnotateHappensBefore != NULL)
        zg_libc.WTFAnnotateHappensBefore(file, line, address);
}

ZG_EXPORT void WTFAnnotateHappensAfter(const char *file, int line, const volatile void *address)
{
    zg_edge_acquire(ZG_RETURN_ADDRESS(), address, ZG_SYNC_ANNOTATION);
    if (zg_libc.WTFAnnotateHappensAfter != NULL)
        zg_libc.WTFAnnotateHappensAfter(file, line, address);
}
