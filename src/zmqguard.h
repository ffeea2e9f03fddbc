/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Optional annotations for programs that are checked by libzmqguard: synchronisation of their own
 * making, which no preload can see. C and C++ (gcc, clang).
 *
 * There is nothing to link with. The functions are weak, and without the guard each macro is a
 * load and a test. Their addresses are read from the global offset table in every kind of code:
 * the linker would make a plain "is it there?" a constant in a program linked with -no-pie.
 */
#ifndef ZMQGUARD_H
#define ZMQGUARD_H

#if defined(__x86_64__)
#define ZMQGUARD_LOAD_(name) "movq " #name "@GOTPCREL(%%rip), %0"
#elif defined(__aarch64__)
#define ZMQGUARD_LOAD_(name) "adrp %0, :got:" #name "\n\tldr %0, [%0, #:got_lo12:" #name "]"
#endif

/* zmqguard_NAME_(): the address of the guard's zmqguard_NAME(), or null. */
#ifdef ZMQGUARD_LOAD_
#define ZMQGUARD_FIND_(result, name, parameters)                                                   \
    typedef result(*zmqguard_##name##_type_) parameters;                                           \
    static __inline__ zmqguard_##name##_type_ zmqguard_##name##_(void)                             \
    {                                                                                              \
        zmqguard_##name##_type_ found;                                                             \
        __asm__(".weak zmqguard_" #name "\n\t" ZMQGUARD_LOAD_(zmqguard_##name) : "=r"(found));     \
        return found;                                                                              \
    }
#else
#define ZMQGUARD_FIND_(result, name, parameters)                                                   \
    typedef result(*zmqguard_##name##_type_) parameters;                                           \
    static __inline__ zmqguard_##name##_type_ zmqguard_##name##_(void)                             \
    {                                                                                              \
        return (zmqguard_##name##_type_)0;                                                         \
    }
#endif

ZMQGUARD_FIND_(void, handoff, (void *))
ZMQGUARD_FIND_(void, release, (const volatile void *))
ZMQGUARD_FIND_(void, acquire, (const volatile void *))
ZMQGUARD_FIND_(void, ignore_begin, (void))
ZMQGUARD_FIND_(void, ignore_end, (void))
ZMQGUARD_FIND_(int, is_active, (void))

#define ZMQGUARD_CALL_(name, arguments)                                                            \
    do {                                                                                           \
        zmqguard_##name##_type_ zmqguard_found_ = zmqguard_##name##_();                            \
        if (zmqguard_found_)                                                                       \
            zmqguard_found_ arguments;                                                             \
    } while (0)

/* The calling thread, which owns the socket, lets go of it: the next thread that uses it takes it
 * over. Say it after the last use, before the other thread can know of it. */
#define ZMQGUARD_HANDOFF(socket) ZMQGUARD_CALL_(handoff, (socket))

/* Hand-made synchronisation, by any address that both sides name: all that was done before
 * ZMQGUARD_RELEASE(p) happens before what follows ZMQGUARD_ACQUIRE(p). Release before the store
 * that the other side waits for, acquire after having seen it. */
#define ZMQGUARD_RELEASE(address) ZMQGUARD_CALL_(release, (address))
#define ZMQGUARD_ACQUIRE(address) ZMQGUARD_CALL_(acquire, (address))

/* What this thread does with sockets in between is not checked and makes it no owner. It orders as
 * always, and a socket that is made in between is guarded like any other. Nests. */
#define ZMQGUARD_IGNORE_BEGIN() ZMQGUARD_CALL_(ignore_begin, ())
#define ZMQGUARD_IGNORE_END()   ZMQGUARD_CALL_(ignore_end, ())

/* 1 when the process is guarded, else 0. */
static __inline__ int zmqguard_active(void)
{
    zmqguard_is_active_type_ found = zmqguard_is_active_();

    return found ? found() : 0;
}

#endif
