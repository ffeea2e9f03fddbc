#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# php-zmq and pcntl_fork, as pre-forking servers use them.
. "$(dirname "$0")/../lib.bash"
runs=3
for module in zmq pcntl; do
    php -m 2>/dev/null | grep -qx "$module" || skip "no PHP with $module"
done
silent php "$here/fork.php" right
caught use-after-fork php "$here/fork.php" wrong
caught use-after-fork php "$here/fork.php" persistent
finish
