/* SPDX-License-Identifier: MPL-2.0 */
/* Two threads take turns as writers of a GRWLock. */
/* build: $(pkg-config --cflags --libs glib-2.0) */
#include <glib.h>

static GRWLock lock;
#define LOCK   g_rw_lock_writer_lock
#define UNLOCK g_rw_lock_writer_unlock
#include "../turns.h"
