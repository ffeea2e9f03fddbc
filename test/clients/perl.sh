#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# ZMQ::FFI: libzmq found with dlsym() by Perl's FFI.
# shellcheck source=test/clients/lib.bash
. test/clients/lib.bash
perl=/usr/bin/perl
"$perl" -e 'use ZMQ::FFI' 2>/dev/null || skip "no ZMQ::FFI"
silent 3 "$perl" "$here/perl.pl"
finish
