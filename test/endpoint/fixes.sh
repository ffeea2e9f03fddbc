#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# What a report of an ipc endpoint advises is done as it says, and the next run is silent: each of the
# ways that its "fix:" line names. (That of ipc-owner is another directory, and that of ipc-peer-flood
# is tried by prog/ipc_flood_hardened.)
. "$(dirname "$0")/../lib.bash"
program binder binder.c -lzmq
program other other.c -lzmq
options=on_error=log:symbolize=0

# advice KIND: of the first report of the kind.
advice() { awk -v kind=": $1: " 'index($0, kind) { on = 1 } on && /^  fix: / { print; exit }' err; }
# found KIND [MORE=OPTIONS] BINDER'S ARGUMENTS: there is such a report. Its advice is in $fix.
found() {
    local kind=$1 more=
    shift
    case $1 in *=*) more=:$1 && shift ;; esac
    under "$options$more" ./binder "$@" </dev/null >out 2>err
    says err "^(ERROR|WARNING): libzmqguard: $kind: "
    fix=$(advice "$kind")
    [ -n "$fix" ] || fail "$kind: no advice"
}
# fixed WORDS [MORE=OPTIONS] ARGUMENTS: the advice has the words, and it is silent now.
fixed() {
    local words=$1 more=
    shift
    case $1 in *=*) more=:$1 && shift ;; esac
    [[ $fix == *"$words"* ]] || fail "not advised: $words in $fix"
    under "$options$more" ./binder "$@" </dev/null >out 2>err || fail "$words: exit $?"
    grep -q '^ipc://' out || fail "$words: not bound"
    [ ! -s err ] || fail "$words: not silent"
}
# The first words of the advice that match, to be done as they stand.
advised() { grep -oE -- "$1" <<<"$fix" | head -n 1; }
as_it_stands() { eval "$(advised "$1")"; }
again() { rm -rf d && mkdir -m 0700 d; }

again
found ipc-world-writable 0 . "ipc://$work/d/s"
fixed 'umask(0177)' 0177 . "ipc://$work/d/s"
again
fixed 'harden=0600' harden=0600 0 . "ipc://$work/d/s"

again && chmod 0777 d
found ipc-parent-writable 077 . "ipc://$work/d/s"
fixed 'trusted_dirs=' "$(advised 'trusted_dirs=[^ ;,]*')" 077 . "ipc://$work/d/s"
as_it_stands 'chmod 0700 [^ ,]*'
fixed 'chmod 0700' 077 . "ipc://$work/d/s"

again
found ipc-abstract 077 . "ipc://@zg-fixes-$$"
fixed 'a path in a directory' 077 . "ipc://$work/d/s"

again && echo text >d/s
found ipc-unlink-foreign 077 . "ipc://$work/d/s"
rm -f d/s && echo text >d/s
fixed 'another path' 077 . "ipc://$work/d/t"
rm d/s
fixed 'remove the file' 077 . "ipc://$work/d/s"

again
found ipc-chmod-window 0 . "ipc://$work/d/s" 0600
fixed 'umask(0177) around zmq_bind() instead of chmod()' 0177 . "ipc://$work/d/s"

again && chmod 1777 d
found ipc-parent-sticky ipc-parent-sticky=warning 077 . "ipc://$work/d/s"
again
# What lies above, such as /tmp, is not the service's.
fixed 'a directory of the service' 077 . "ipc://$work/d/s"

again
found ipc-relative ipc-relative=warning 077 "$work/d" ipc://s
fixed 'an absolute path' ipc-relative=warning 077 . "ipc://$work/d/s"
(
    unset TMPDIR TEMPDIR TMP
    found ipc-relative ipc-relative=warning 077 "$work/d" 'ipc://*'
    export TMPDIR=$work/d
    fixed 'set TMPDIR' ipc-relative=warning 077 . 'ipc://*'
    finish
) || failures=$((failures + 1))

# while_bound OPTIONS COMMAND [UMASK]: what is done while the file is bound.
while_bound() {
    rm -f d/s
    coproc SERVER { under "$options:ipc-world-writable=off$1" ./binder "${3:-0}" . "ipc://$work/d/s" 2>err; }
    local server=$SERVER_PID in=${SERVER[1]} out=${SERVER[0]}
    read -r -u "$out" _
    sh -c "$2" >got
    exec {in}>&-
    wait "$server" || fail "bound: exit $?"
}
quiet() { [ ! -s err ] || fail "$1: not silent"; }

if again && setfacl -d -m u:64999:rwx d 2>/dev/null; then
    found ipc-acl 0 . "ipc://$work/d/s"
    setfacl -k d
    fixed 'setfacl -k on its directory' 077 . "ipc://$work/d/s"
    while_bound '' "setfacl -m u:64999:rw d/s; ./other connect d/s"
    says err ': ipc-acl: '
    while_bound '' "setfacl -m u:64999:rw d/s; setfacl -b d/s; ./other connect d/s"
    quiet 'setfacl -b'
    again && setfacl -m u:64999:rwx d
    found ipc-parent-untrusted 077 . "ipc://$work/d/s"
    fixed 'trusted_uids=' trusted_uids=64999 077 . "ipc://$work/d/s"
    again
    fixed "a directory of the service's own" 077 . "ipc://$work/d/s"
fi

again
./binder 077 . "ipc://$work/d/s" </dev/null >out
coproc FIRST { under "$options" ./binder 077 . "ipc://$work/d/s" 2>err; }
first=$FIRST_PID first_in=${FIRST[1]}
read -r -u "${FIRST[0]}" _
./binder 077 . "ipc://$work/d/s" </dev/null >out
exec {first_in}>&-
wait "$first"
says err ': ipc-replaced: '
fix=$(advice ipc-replaced)
fixed 'one server per path' 077 . "ipc://$work/d/one"

{ [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; } || finish

again && chmod 0755 d && chown 65534 d
found ipc-parent-untrusted 077 . "ipc://$work/d/s"
fixed 'trusted_uids=' "$(advised 'trusted_uids=[0-9]*')" 077 . "ipc://$work/d/s"

again && chgrp 54321 d && chmod 0775 d
found ipc-parent-untrusted 077 . "ipc://$work/d/s"
fixed 'trusted_gids=' "$(advised 'trusted_gids=[0-9]*')" 077 . "ipc://$work/d/s"
as_it_stands 'chmod g-w [^ ,]*'
fixed 'chmod g-w' 077 . "ipc://$work/d/s"

again && chgrp 54321 d && chmod 02750 d
found ipc-group-writable 002 . "ipc://$work/d/s"
fixed 'trusted_gids=' "$(advised 'trusted_gids=[0-9]*')" 002 . "ipc://$work/d/s"
fixed 'umask(0177)' 0177 . "ipc://$work/d/s"

mkdir -m 0755 real && mkdir -m 1777 sticky && as_other ln -s "$work/real" sticky/link
found ipc-symlink 077 . "ipc://$work/sticky/link/s"
fixed 'name the real path' 077 . "ipc://$(realpath "$work/sticky/link")/s"

again && chmod 0755 d
visit='setpriv --reuid=65534 --regid=65534 --clear-groups ./other connect d/s'
while_bound '' "$visit"
says err ': ipc-untrusted-peer: '
fix=$(advice ipc-untrusted-peer)
uids=$(advised 'trusted_uids=[0-9]*')
while_bound ":$uids" "$visit"
quiet "$uids"
while_bound ':trusted_gids=65534' "$visit"
quiet trusted_gids=
[[ $fix == *'mode 0600 for the file (umask(0177)'* ]] || fail "mode 0600 is not advised"
while_bound '' "$visit" 0177
quiet 'mode 0600'
finish
