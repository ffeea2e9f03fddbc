#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# npm's zeromq under the guard: workers with sockets of their own are silent, an option that is set on a
# socket in which a proxy runs is caught, ipc modes are seen and hardened. Two workers cannot get hold of
# one socket. The module comes from make node-modules (the network), or from $ZG_NODE_MODULES.
. "$(dirname "$0")/../lib.bash"
modules=${ZG_NODE_MODULES:-$BUILD/npm/node_modules}
command -v node >/dev/null || skip 'no node'
[ -d "$modules/zeromq" ] || skip 'no module zeromq (make node-modules)'
export NODE_PATH=$modules
runs=${ZG_RUNS:-1}
node "$here/node.js" workers >/dev/null 2>&1 || skip 'its addon does not load here'

silent node "$here/node.js" workers
silent node "$here/node.js" proxy
caught concurrent-use node "$here/node.js" proxy-wrong
says err 'zmq_setsockopt\(\) on a ROUTER socket .* inside of zmq_proxy'
silent node "$here/node.js" clone
same 'what a worker gets of a socket' undefined "$(cat out)"
hardened() {
    options=harden=0600 silent_once node "$here/node.js" 0 "$work/hardened.sock"
    same 'mode under harden=' 600 "$(cat out)"
}
caught ipc-world-writable node "$here/node.js" 0 "$work/open.sock"
silent node "$here/node.js" 077 "$work/private.sock"
each_run hardened
options=summary=1 guarded node "$here/node.js" workers
says err 'addon\.node \(guarded by symbol\)'
finish
