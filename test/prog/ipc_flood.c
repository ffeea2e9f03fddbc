/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect warning ipc-peer-flood
// zg: exit 134
// zg: bare 134
// zg: runs 20
// zg: report at the limit libzmq aborts this process
/* A flood of peers: libzmq aborts its process; the guard has said why before. */
#include "ipc_flood.h"

int main(void)
{
    return flooded();
}
