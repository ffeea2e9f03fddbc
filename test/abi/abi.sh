#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The guard as an object: what it exports and needs, what is hardened, how much static TLS it takes.
set -u
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failures=0
command -v readelf >/dev/null && command -v objdump >/dev/null || { echo 'no binutils'; exit 77; }

fail() {
    printf 'FAIL: %s\n' "$*"
    failures=$((failures + 1))
}
# empty WHAT: fails when stdin has a line
empty() {
    local lines
    lines=$(cat)
    [ -z "$lines" ] || fail "$1: $(printf '%s ' $lines)"
}
symbols() { # defined|undefined: names without versions
    nm -D "--$1-only" "$GUARD" | awk '{ sub(/@.*/, "", $NF); print $NF }' | sort -u
}

symbols defined | grep -v '^GLIBC_' >"$work/exports"
symbols undefined >"$work/undefined"

# Exports.
sed -nE 's/^ZG_ZMQ\((\w+), (STABLE|OLD), .*/\1/p' src/host/zmq.def | sort -u >"$work/stable"
sed -nE 's/^ZG_ZMQ\((\w+), DRAFT, .*/\1/p' src/host/zmq.def | sort -u >"$work/drafts"
comm -23 "$work/stable" "$work/exports" | empty 'not exported'
comm -12 "$work/drafts" "$work/exports" | empty 'a draft function is exported'
sed -nE 's/^ZG_LIBC(_COND|_AS)?\((\w+)[,)].*/\2/p' src/host/libc.def | sort -u >"$work/libc"
[ "$(wc -l <"$work/libc")" -gt 80 ] || fail 'host/libc.def was not understood'
grep -v '^#' test/abi/allowed.exports >"$work/more"
comm -23 "$work/exports" <(sort -u "$work/stable" "$work/libc") |
    grep -vxEf "$work/more" | empty 'exported without leave'

# Every draft function has its hook, which no symbol table but the full one shows.
nm --defined-only "$GUARD" 2>/dev/null | awk '{ print $NF }' | sort -u >"$work/all"
sed 's/^/zg_hook_/' "$work/drafts" | comm -23 - "$work/all" | empty 'a draft function has no hook'

# pthread_cond_* carry the version of the present layout where there are two.
case $(uname -m) in
x86_64)
    for f in init destroy wait timedwait signal broadcast; do
        nm -D --defined-only "$GUARD" | grep -q " pthread_cond_$f@@GLIBC_2.3.2$" ||
            fail "pthread_cond_$f has not the version GLIBC_2.3.2"
    done
    ;;
esac
# All others have none: they match whatever version a program asks for.
nm -D --defined-only "$GUARD" | awk '{ print $NF }' | grep @ |
    grep -vE '^(pthread_cond_\w+@@)?GLIBC_2\.3\.2(@@GLIBC_2\.3\.2)?$' | empty 'exported with a version'

# Needs.
needed=$(readelf -dW "$GUARD" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p')
[ "$needed" = libc.so.6 ] || fail "NEEDED: $needed"
grep -vE '^(#|$)' test/abi/allowed.undefined | sort -u | comm -23 "$work/undefined" - |
    empty 'undefined without leave'
readelf -VW "$GUARD" | sed -nE 's/.*Name: GLIBC_2\.([0-9]+).*/\1/p' | awk '$1 > 31' |
    empty 'needs a GLIBC_2.x newer than 2.31'

# Static TLS: an object that is opened late (not preloaded) gets no more than some 1600 bytes.
tls=$((0x$(readelf -lW "$GUARD" | awk '$1 == "TLS" { print substr($6, 3) }')))
[ "$tls" -le 1024 ] || fail "$tls bytes of static TLS"

# Hardening.
readelf -lW "$GUARD" | grep -q GNU_RELRO || fail 'no RELRO'
readelf -lW "$GUARD" | grep GNU_STACK | grep -q RWE && fail 'an executable stack'
readelf -lW "$GUARD" | grep LOAD | grep -q RWE && fail 'a segment that is writable and executable'
readelf -dW "$GUARD" | grep -q TEXTREL && fail 'text relocations'
readelf -dW "$GUARD" | grep -E 'FLAGS_1' | grep -q NOW || fail 'not bound at once'
readelf -dW "$GUARD" | grep -E 'FLAGS_1' | grep -q NODELETE || fail 'not nodelete'
readelf -dW "$GUARD" | grep -qE 'RPATH|RUNPATH' && fail 'a search path'

# The header is for every dialect. An inline function that is not called costs no warning.
cat >"$work/annotated.c" <<'END'
#include "zmqguard.h"
int main(void)
{
    ZMQGUARD_IGNORE_BEGIN();
    ZMQGUARD_IGNORE_END();
    ZMQGUARD_HANDOFF(0);
    if (zmqguard_active())
        ZMQGUARD_RELEASE(0);
    else
        ZMQGUARD_ACQUIRE(0);
    return 0;
}
END
for dialect in c89 c99 c++98 c++20; do
    case $dialect in
    c++*) compiler="${CXX:-c++} -x c++" ;;
    *) compiler="${CC:-cc} -x c" ;;
    esac
    $compiler -std=$dialect -pedantic-errors -Wall -Wextra -Werror -Isrc -c -o "$work/o" \
        "$work/annotated.c" 2>/dev/null || fail "zmqguard.h in $dialect"
done

# dlsym and dlopen leave by an indirect jump, so that the real ones see the caller's return address.
for f in dlsym dlopen; do
    last=$(objdump -d --no-show-raw-insn "--disassemble=$f" "$GUARD" | grep -E '^ +[0-9a-f]+:' |
        awk '{ print $2, $3 }' | grep -vE '^(nop|int3|xchg|data16|cs)' | tail -n 1)
    case $last in
    'jmp *%rax' | 'jmpq *%rax' | 'notrack jmp'* | 'br x16') ;;
    *) fail "$f ends in: $last" ;;
    esac
done
# Nothing of ours uses the plain names: they would be our own stubs.
grep -nE '(^|[^._>a-z])(dlsym|dlopen|dlvsym)\(' src/*/*.c | grep -vE '^src/cli/|ZG_REAL_LIBC|^[^:]*:[0-9]+: *(/?\*|//)' |
    sed 's/ /_/g' | empty 'a plain name'
[ "$failures" -eq 0 ]
