#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# php-zmq and pcntl_fork, as pre-forking servers use them.
# shellcheck source=test/life/lib.bash
. test/life/lib.bash
for module in zmq pcntl; do
    php -m 2>/dev/null | grep -qx "$module" || skip "no PHP with $module"
done
right php "$here/fork.php" right
wrong use-after-fork php "$here/fork.php" wrong
wrong use-after-fork php "$here/fork.php" persistent
