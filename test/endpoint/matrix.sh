#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# umask x directory x ACL x form of the path: what the guard says against what another user manages,
# who is in a supplementary group of the directory's. Then the plainest form on another file system,
# and in a user namespace.
#
# What does not fit into such a cell is tried beside it:
#   two file systems at once, equal inode numbers, trusted groups, peers without a name  setups.sh
#   user namespaces, no /proc, overlays                                                  places.sh
#   directories and links of others                                                      ways.sh
#   renames, of directories too                                      prog/ipc_renamed*.c
#   64, 65, 1,000 endpoints, coming and going                        prog/ipc_many_endpoints*.c
#   deep paths whose file is open                                    prog/ipc_deep.c
#   rebinds with other security, ZAP handlers that come and go       prog/security_rebind.c, zap_*.c
#   a connect loop against 10,000 binds                                                  race.sh
#   backlogs and stolen names, legal peers (10,000 by make stress)                       strangers.sh
#   what reports advise                                                                  fixes.sh
. "$(dirname "$0")/../lib.bash"
program binder binder.c -lzmq
program matrix matrix.c "$here/cell.c" -lzmq
touch "$work/probe"
setfacl -m u:65534:rw "$work/probe" 2>/dev/null || skip "no ACLs here, or no setfacl"
"$work/matrix" "$work/binder" "$GUARD" /tmp all || die "cells differ"
if [ "$(stat -c %d /tmp)" != "$(stat -c %d /dev/shm 2>/dev/null || stat -c %d /tmp)" ]; then
    "$work/matrix" "$work/binder" "$GUARD" /dev/shm absolute || die "cells differ on another file system"
fi
if unshare -U -r true 2>/dev/null; then
    unshare -U -r "$work/matrix" "$work/binder" "$GUARD" /tmp namespace || die "cells differ in a user namespace"
fi
finish
