/* SPDX-License-Identifier: MPL-2.0 */
/* The clever clocks' model: full vectors, no sharing, no slots. For test_clock.c. */
#ifndef NAIVE_H
#define NAIVE_H

#include <stdint.h>
#include <string.h>

#define NAIVE_ACTORS 4096

struct naive_clock {
    uint32_t at[NAIVE_ACTORS];
};

static uint32_t naive_high; /* actors so far */

static void naive_join(struct naive_clock *to, const struct naive_clock *from)
{
    for (uint32_t i = 0; i <= naive_high; i++)
        to->at[i] = from->at[i] > to->at[i] ? from->at[i] : to->at[i];
}

static void naive_start(struct naive_clock *c, uint32_t me)
{
    naive_high = me > naive_high ? me : naive_high;
    memset(c, 0, sizeof(*c));
    c->at[me] = 1;
}

static void naive_release(struct naive_clock *c, uint32_t me, struct naive_clock *object)
{
    naive_join(object, c);
    c->at[me]++;
}

#endif
