# SPDX-License-Identifier: MPL-2.0
# What the endpoint scripts share. Sourced.
set -u
bin=$BUILD/test/endpoint
mkdir -p "$bin"
export LC_ALL=C

build() { # program source… Several scripts may build one at the same time.
    local out=$bin/$1
    shift
    # shellcheck disable=SC2086
    "${CC:-cc}" -std=gnu17 -D_GNU_SOURCE -Itest ${OPT:--O2} -Wall -Wextra -o "$out.$$" "$@" -lzmq &&
        mv "$out.$$" "$out" || exit 2
}
fail() {
    printf '%s\n' "$@"
    [ -s "$work/err" ] && cat "$work/err"
    exit 1
}
needs_root() {
    [ "$(id -u)" -eq 0 ] || { echo "not root: no other user to be"; exit 77; }
    command -v setpriv >/dev/null || { echo "no setpriv"; exit 77; }
}
as_other() { setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"; }
guarded() { # options program…
    local options=$1
    shift
    ZMQGUARD_OPTIONS=$options LD_PRELOAD=$GUARD "$@"
}
# A directory that other users can reach.
work=$(mktemp -d /tmp/zg-endpoint-XXXXXX)
chmod 0755 "$work"
trap 'rm -rf "$work"' EXIT
