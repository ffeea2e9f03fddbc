#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# php-zmq, an extension that PHP loads by dlopen().
. "$(dirname "$0")/../lib.bash"
php -m 2>/dev/null | grep -qx zmq || skip "no PHP with zmq"
runs=3 silent php "$here/php.php"
finish
