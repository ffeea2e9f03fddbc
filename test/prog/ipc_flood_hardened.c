/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect warning ipc-peer-flood
// zg: options harden=0600
// zg: bare 134
// zg: runs 20
/* A flood of peers: with harden= the server turns them away and serves on. */
#include "ipc_flood.h"

int main(void)
{
    return flooded();
}
