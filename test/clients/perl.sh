#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# ZMQ::FFI: libzmq found with dlsym() by Perl's FFI.
. "$(dirname "$0")/../lib.bash"
perl=/usr/bin/perl
"$perl" -e 'use ZMQ::FFI' 2>/dev/null || skip "no ZMQ::FFI"
runs=3 silent "$perl" "$here/perl.pl"
finish
