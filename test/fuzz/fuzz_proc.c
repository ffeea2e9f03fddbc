/* SPDX-License-Identifier: MPL-2.0 */
/* /proc/PID/status and /proc/PID/uid_map: an umask is found only if it is one. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "host/ids.h"

#define SEED(s)                                                                                    \
    {                                                                                              \
        (s), sizeof(s) - 1                                                                         \
    }

const struct fuzz_seed fuzz_seeds[] = {
    SEED("Name:\tprogram\nUmask:\t0022\nState:\tR (running)\n"),
    SEED("Name:\tUmask:\\n\nUmask:\t0777\n"),
    SEED("         0          0 4294967295\n"),
    SEED("0 100000 65536\n65536 4294967295 1\n"),
    {NULL, 0},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    uint32_t mask = 0;

    memcpy(text, data, size);
    text[size] = '\0';
    if (zg_ids_parse_umask(text, &mask) == 0 && (mask > 0777 || strstr(text, "Umask:") == NULL))
        abort();
    (void)zg_ids_map_is_total(text);
    free(text);
    return 0;
}
