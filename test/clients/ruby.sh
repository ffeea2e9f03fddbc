#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# ffi-rzmq: libzmq found with dlsym() by Ruby's FFI.
# shellcheck source=test/clients/lib.bash
. test/clients/lib.bash
ruby=/usr/bin/ruby
"$ruby" -e 'require "ffi-rzmq"' 2>/dev/null || skip "no ffi-rzmq"
caught 3 'concurrent-use|cross-thread-use' "$ruby" "$here/ruby.rb" shared
silent 3 "$ruby" "$here/ruby.rb" own
finish
