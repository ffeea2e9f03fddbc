/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A descriptor kept in reserve, so that a peer can still be accepted and turned away when there is
 * none left: without it libzmq would abort the process (ipc_listener.cpp: accept, EMFILE).
 */
#ifndef ZG_ENDPOINT_RESERVE_H
#define ZG_ENDPOINT_RESERVE_H

/* Makes sure that there is one. A relaxed load when there is; tries again after it was used. */
void zg_reserve_keep(void);
/* accept(2) failed with EMFILE: turns one peer away, when the reserve is there. */
void zg_reserve_refuse(int listener);

#endif
