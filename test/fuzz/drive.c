/* SPDX-License-Identifier: MPL-2.0 */
/* Runs a fuzz target on random changes of its seeds: the same ones in every run.
 * fuzz_NAME [RUNS [SEED]] */
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_MAX_INPUT 4096

static uint64_t state;

static uint32_t rnd(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 33) % below;
}

/* One small change: a byte, a run, a removal, an insertion, a cut, an interesting number. */
static size_t change(uint8_t *data, size_t n)
{
    static const uint32_t numbers[] = {
        0, 1, 4, 7, 8, 16, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xfffffffc, 0xffffffff};
    size_t at = n > 0 ? rnd((uint32_t)n) : 0;
    size_t len = 1 + rnd(16);

    switch (rnd(6)) {
    case 0:
        if (n > 0)
            data[at] = (uint8_t)rnd(256);
        return n;
    case 1:
        if (n > 0)
            data[at] ^= (uint8_t)(1U << rnd(8));
        return n;
    case 2:
        if (n >= 4)
            memcpy(data + (at > n - 4 ? n - 4 : at), &numbers[rnd(13)], 1U << rnd(3));
        return n;
    case 3:
        len = len > n - at ? n - at : len;
        memmove(data + at, data + at + len, n - at - len);
        return n - len;
    case 4:
        if (n + len > SIZE_MAX_INPUT)
            return n;
        memmove(data + at + len, data + at, n - at);
        for (size_t i = 0; i < len; i++)
            data[at + i] = n > 0 && rnd(2) ? data[rnd((uint32_t)n)] : (uint8_t)rnd(256);
        return n + len;
    default:
        return rnd(8) == 0 ? at : n;
    }
}

int main(int argc, char **argv)
{
    unsigned long runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
    unsigned count = 0;
    static uint8_t data[SIZE_MAX_INPUT];

    state = argc > 2 ? strtoul(argv[2], NULL, 10) : 20261121;
    while (fuzz_seeds[count].data != NULL)
        count++;
    for (unsigned long i = 0; i < runs; i++) {
        const struct fuzz_seed *seed = &fuzz_seeds[rnd(count)];
        uint8_t *exact; /* of the very size, so that reading beyond it is seen */
        size_t n = seed->size;

        memcpy(data, seed->data, n);
        for (uint32_t changes = rnd(12); changes > 0; changes--)
            n = change(data, n);
        exact = malloc(n > 0 ? n : 1);
        memcpy(exact, data, n);
        (void)LLVMFuzzerTestOneInput(exact, n);
        free(exact);
    }
    printf("%lu inputs\n", runs);
    return 0;
}
