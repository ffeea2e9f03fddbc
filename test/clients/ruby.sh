#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# ffi-rzmq: libzmq found with dlsym() by Ruby's FFI.
. "$(dirname "$0")/../lib.bash"
ruby=/usr/bin/ruby
"$ruby" -e 'require "ffi-rzmq"' 2>/dev/null || skip "no ffi-rzmq"
runs=3 caught 'concurrent-use|cross-thread-use' "$ruby" "$here/ruby.rb" shared
runs=3 silent "$ruby" "$here/ruby.rb" own
finish
