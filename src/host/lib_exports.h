/* SPDX-License-Identifier: MPL-2.0 */
/* What a loaded object exports of libzmq, by its dynamic symbols. */
#ifndef ZG_HOST_LIB_EXPORTS_H
#define ZG_HOST_LIB_EXPORTS_H

#include "host/elf.h"
#include "host/lib.h"

/* Does it export a libzmq? */
bool zg_lib_is_exported(const struct zg_elf *elf);
/* And functions of others besides? Then libzmq is a part of it. */
bool zg_lib_exports_more(const struct zg_elf *elf);
/* Fills in own and fn. hashes: of the names in zg_ops. between: definitions of other preloads that
 * a call passes first, or NULL. */
void zg_lib_take_exports(struct zg_lib *lib, const struct zg_elf *elf, const uint32_t *hashes,
                         const uintptr_t *between);

#endif
