/* SPDX-License-Identifier: MPL-2.0 */
/* Replies of sock_diag: what is shown lies inside the reply. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "host/diag.h"

/* Two sockets with names and files, and the end, as a kernel sent them. */
static const uint8_t reply[] = {
    0x40, 0, 0,  0, 0x14, 0,    2,   0,   0,   0,   0,    0,    1, 0, 0, 0, /* header, NLM_F_MULTI
                                                                             */
    1,    1, 10, 0, 0x39, 0x30, 0,   0,   1,   0,   0,    0,    0, 0, 0, 0, /* stream, listens */
    10,   0, 0,  0, '/',  'r',  'u', 'n', '/', 'x', 0,    0,                /* name */
    12,   0, 1,  0, 0x77, 0x66, 0,   0,   0,   0,   0xe0, 0x0f,             /* file */
    8,    0, 4,  0, 1,    0,    0,   0,                                     /* something else */
    0x2c, 0, 0,  0, 0x14, 0,    2,   0,   0,   0,   0,    0,    1, 0, 0, 0, /* header */
    1,    2, 7,  0, 0x3a, 0x30, 0,   0,   1,   0,   0,    0,    0, 0, 0, 0, /* datagram */
    12,   0, 1,  0, 0x78, 0x66, 0,   0,   0,   0,   0xe0, 0x0f,             /* file */
    0x14, 0, 0,  0, 3,    0,    2,   0,   0,   0,   0,    0,    1, 0, 0, 0, 0,
    0,    0, 0, /* NLMSG_DONE */
};
static const uint8_t error[] = {0x24, 0,    0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0xfe, 0xff,
                                0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,    0};

const struct fuzz_seed fuzz_seeds[] = {
    {reply, sizeof(reply)}, {reply, 0x40}, {error, sizeof(error)}, {NULL, 0}};

struct bounds {
    const char *start, *end;
    unsigned shown;
};

static bool look(const struct zg_diag_socket *s, void *arg)
{
    struct bounds *b = arg;

    if (s->name_len > 0 && (s->name < b->start || s->name + s->name_len > b->end))
        abort();
    (void)zg_diag_is_served(s);
    return ++b->shown < 100;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bounds b = {(const char *)data, (const char *)data + size, 0};
    int rc = zg_diag_parse(data, size, look, &b);

    if (rc > ZG_DIAG_STOPPED || b.shown * 16 > size)
        abort();
    return 0;
}
