/* SPDX-License-Identifier: MPL-2.0 */
/*
 * life_list_held.c where the program has a libunwind itself, which the guard uses: it goes through
 * the loader's list, and is not called while that is held.
 *
 * zg: expect silent
 * zg: options on_error=log symbolize=0 dedup=0
 * zg: link -lunwind
 */
#define UNW_LOCAL_ONLY
#include <libunwind.h>

#define SHARES_LIBUNWIND (unw_local_addr_space != NULL)
#include "life_list_held.c"
