/* SPDX-License-Identifier: MPL-2.0 */
/* ACL blobs: whatever is accepted has as many entries as it has bytes for, all under the mask. */
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "host/acl.h"

static const uint8_t full[] = {2,    0, 0,    0,    1,    0,    7,    0,    0xff, 0xff, 0xff,
                               0xff, 2, 0,    7,    0,    0xfe, 0xff, 0,    0,    4,    0,
                               5,    0, 0xff, 0xff, 0xff, 0xff, 8,    0,    6,    0,    9,
                               0,    0, 0,    0x10, 0,    7,    0,    0xff, 0xff, 0xff, 0xff,
                               0x20, 0, 0,    0,    0xff, 0xff, 0xff, 0xff};

const struct fuzz_seed fuzz_seeds[] = {{full, sizeof(full)}, {full, 4}, {full, 28}, {NULL, 0}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct zg_acl acl;
    unsigned mask = 7;

    if (zg_acl_decode(data, size, &acl) != 0)
        return 0;
    if (acl.count > ZG_ACL_ENTRIES || acl.count != (size - 4) / 8)
        abort();
    for (uint32_t i = 0; i < acl.count; i++) {
        if (acl.entries[i].tag == ZG_ACL_MASK)
            mask = acl.entries[i].perm;
    }
    for (uint32_t i = 0; i < acl.count; i++) {
        const struct zg_acl_entry *e = &acl.entries[i];

        if (e->perm > 7)
            abort();
        if ((e->tag == ZG_ACL_USER || e->tag == ZG_ACL_GROUP) && (e->perm & ~mask) != 0)
            abort();
    }
    return 0;
}
