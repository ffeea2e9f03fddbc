/* SPDX-License-Identifier: MPL-2.0 */
/* A fuzz target: one function that must survive any bytes, and inputs to begin with. Linked with
 * libFuzzer (make fuzz) or with drive.c (make check). */
#ifndef TEST_FUZZ_FUZZ_H
#define TEST_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_seed {
    const void *data;
    size_t size;
};
/* Ended by one without data. */
extern const struct fuzz_seed fuzz_seeds[];

#endif
