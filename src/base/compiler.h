/* SPDX-License-Identifier: MPL-2.0 */
/* Compiler attributes and the few macros that every floor uses. */
#ifndef ZG_BASE_COMPILER_H
#define ZG_BASE_COMPILER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define zg_likely(x)   __builtin_expect(!!(x), 1)
#define zg_unlikely(x) __builtin_expect(!!(x), 0)

/* A symbol that the preload puts in front of libzmq's or libc's. Everything else is hidden. */
#define ZG_EXPORT __attribute__((visibility("default")))
/* For variables that hooks read: without it a declaration goes by way of the GOT. */
#define ZG_HIDDEN        __attribute__((visibility("hidden")))
#define ZG_COLD          __attribute__((noinline, cold))
#define ZG_NOINLINE      __attribute__((noinline)) /* as hot as any, but another saves registers */
#define ZG_INLINE        static inline __attribute__((always_inline))
#define ZG_PRINTF(f, a)  __attribute__((format(printf, f, a)))
#define ZG_CLEANUP(fn)   __attribute__((cleanup(fn), unused)) /* but for its end, says clang */
#define ZG_CACHE_LINE    64
#define ZG_ALIGNED_LINE  __attribute__((aligned(ZG_CACHE_LINE)))
#define ZG_COUNT(a)      (sizeof(a) / sizeof((a)[0]))
#define ZG_STRINGIFY_(x) #x
#define ZG_STRINGIFY(x)  ZG_STRINGIFY_(x)

/* A relaxed load that a compare may take from memory: of an atomic one compilers make an
 * instruction of its own. ThreadSanitizer is told what it is. */
#if defined(__has_feature)
#define ZG_HAS_FEATURE(x) __has_feature(x)
#else
#define ZG_HAS_FEATURE(x) 0
#endif
#if defined(__SANITIZE_THREAD__) || ZG_HAS_FEATURE(thread_sanitizer)
#define ZG_GLANCE(p) __atomic_load_n((p), __ATOMIC_RELAXED)
#else
#define ZG_GLANCE(p) (*(p))
#endif

/* The address that the caller of the current function resumes at, and the current frame: the frame
 * pointer, where the caller's one stands. */
#define ZG_RETURN_ADDRESS() ((uintptr_t)__builtin_return_address(0))
#if defined(__aarch64__) /* where gcc's builtin is the end of the local variables */
#define ZG_FRAME_ADDRESS()                                                                         \
    __extension__({                                                                                \
        uintptr_t frame_;                                                                          \
        __asm__("mov %0, x29" : "=r"(frame_) : "r"(__builtin_frame_address(0)));                   \
        frame_;                                                                                    \
    })
#else
#define ZG_FRAME_ADDRESS() ((uintptr_t)__builtin_frame_address(0))
#endif

/* The same frame for the few hooks that have no frame pointer (hook/message.c). */
#if defined(__x86_64__) && defined(__OPTIMIZE__) && !defined(__clang__)
#define ZG_HOOK_FRAME_ADDRESS() ((uintptr_t)__builtin_dwarf_cfa() - 16)
#else
#define ZG_HOOK_FRAME_ADDRESS() ZG_FRAME_ADDRESS()
#endif

/*
 * Our errors: functions return 0 or one of these, negated. System calls return the kernel's own
 * -errno (1..4095) instead; the two ranges never meet.
 */
enum zg_error {
    ZG_ENOMEM = 10001, /* the arena's ceiling or the kernel said no */
    ZG_EFULL,          /* a bounded table is full */
    ZG_ENOENT,         /* not there */
    ZG_EINVAL,         /* the input is not of the form that the function takes */
    ZG_ETOOBIG,        /* the result does not fit */
    ZG_ENOSYS,         /* the platform cannot do it */
};

#endif
