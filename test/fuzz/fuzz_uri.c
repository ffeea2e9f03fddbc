/* SPDX-License-Identifier: MPL-2.0 */
/* Endpoint strings: any text has one transport, one form, and is loopback only if it says so. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "model/endpoint.h"

#define SEED(s)                                                                                    \
    {                                                                                              \
        (s), sizeof(s) - 1                                                                         \
    }

const struct fuzz_seed fuzz_seeds[] = {
    SEED("ipc:///run/service/socket"), SEED("ipc://@abstract"), SEED("ipc://*"),
    SEED("tcp://127.0.0.1:5555"),      SEED("tcp://[::1]:80"),  SEED("tcp://[::ffff:127.0.0.1]:80"),
    SEED("ws://0.0.0.0:1/path"),       SEED("inproc://x"),      {NULL, 0},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    const char *address;

    memcpy(text, data, size);
    text[size] = '\0';
    address = zg_uri_address(text);
    if (address != NULL && address[0] != '\0' && (address < text || address > text + size))
        abort();
    if ((unsigned)zg_uri_transport(text) > ZG_TRANSPORT_INPROC ||
        (unsigned)zg_ipc_form(address) > ZG_IPC_WILDCARD)
        abort();
    if (zg_address_is_loopback(address) && strstr(address, "127.") == NULL &&
        strncmp(address, "[::1", 4) != 0)
        abort();
    free(text);
    return 0;
}
