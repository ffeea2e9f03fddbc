#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# php-zmq, an extension that PHP loads by dlopen().
# shellcheck source=test/clients/lib.bash
. test/clients/lib.bash
php -m 2>/dev/null | grep -qx zmq || skip "no PHP with zmq"
silent 3 php "$here/php.php"
finish
