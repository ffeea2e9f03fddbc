/* SPDX-License-Identifier: MPL-2.0 */
/* What differs between processors: the system call instruction and the spin hint. */
#ifndef ZG_BASE_ARCH_H
#define ZG_BASE_ARCH_H

#if defined(__x86_64__)
#include "base/arch_x86_64.h"
#elif defined(__aarch64__)
#include "base/arch_aarch64.h"
#else
#error "libzmqguard supports x86-64 and aarch64"
#endif

#endif
