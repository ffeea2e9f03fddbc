/* SPDX-License-Identifier: MPL-2.0 */
/* Two threads take turns under a GMutex, which is a futex of GLib's own. */
/* build: $(pkg-config --cflags --libs glib-2.0) */
#include <glib.h>

static GMutex lock;
#define LOCK   g_mutex_lock
#define UNLOCK g_mutex_unlock
#include "../turns.h"
