#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# A libzmq inside of plugins (test/load/little.cc): hidden, bound to itself, exported; with symbols in a
# debug file; where the system refuses code; with symbols that lie.
. "$(dirname "$0")/../lib.bash"
command -v "${CXX%% *}" >/dev/null || skip 'no C++ compiler'

# inside NAME.so CXXFLAG… [-- LDFLAG…]
inside() {
    local out=$1 flags=()
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do flags+=("$1") && shift; done
    [ $# -eq 0 ] || shift
    cp "$here/little.cc" socket_base.cpp # a source of libzmq's that its objects name
    $CXX -fPIC -g "${flags[@]}" -c -o little.o socket_base.cpp || die 'little.cc'
    rm -f libinside.a && ar rcs libinside.a little.o
    library "./$out" plugin.c "$@" -Wl,--whole-archive libinside.a -Wl,--no-whole-archive -lstdc++
}
left_alone() { # REGEX COMMAND…: said in one line, and works
    local what=$1
    shift
    guarded "$@"
    [ "$status" -eq 0 ] || fail "exit $status: $*"
    says err "not guarded: $what"
    [ "$(grep -c libzmqguard: err)" -eq 1 ] || fail "more than one line: $*"
}

program host host.c
program late late.c
program refuse refuse.c
hide=-Wl,--exclude-libs,ALL
for level in -O0 -O1 -O2 -O3 -Os; do
    inside hidden.so "$level" -- "$hide"
    caught cross-thread-use ./host local ./hidden.so wrong
    silent ./host local ./hidden.so right
done
options=summary=1 guarded ./host local ./hidden.so right
says err 'hidden\.so \(guarded by patch\)'
says err 'blind spots: none'
inside symbolic.so -O2 -- -Wl,-Bsymbolic
caught cross-thread-use ./host local ./symbolic.so wrong
silent ./host local ./symbolic.so right
inside exported.so -O2
caught cross-thread-use ./host local ./exported.so wrong
silent ./host local ./exported.so right
options=summary=1 guarded ./host local ./exported.so right
says err 'exported\.so \(guarded by symbol\)'

# Opened while a thread runs, closed, opened again; no page stays writable and executable.
options=summary=1 guarded ./late ./hidden.so
[ "$status" -eq 0 ] || fail "exit $status: late"
says out 'protection kept'
says err 'hidden\.so \(guarded by patch\)'
says err 'checked: 16 calls, 4 sockets made'

# Opened while another thread goes through the loader's list.
cp "$here/listed.c" . && inside listed.so -O2 -- "$hide" -DSTARTS listed.c
program listed listed.c -rdynamic
options=summary=1 guarded ./listed ./listed.so
[ "$status" -eq 0 ] || fail "exit $status: listed"
says err 'listed\.so \(guarded by patch\)'

# Opened by a bare name and the caller's RUNPATH, where the guard must not stand in: said.
inside named.so -O2 -DNAMES -- "$hide"
program bare host.c -Wl,-rpath,"$work" -Wl,--enable-new-dtags
guarded ./bare local named.so right
[ "$status" -eq 0 ] || fail "exit $status: bare"
says err 'not guarded: (it was in use before it was found|threads were running when it was found)'
silent ./host local ./named.so right

# Symbols that contradict each other, lie outside of the code, or a function that cannot be led away.
inside overlap.so -O2 -DLYING=1 -- "$hide"
left_alone 'its symbol table cannot be believed' ./host local ./overlap.so right
inside outside.so -O2 -DLYING=2 -- "$hide"
left_alone 'its symbol table cannot be believed' ./host local ./outside.so right
if [ "$(uname -m)" = x86_64 ]; then
    inside loop.so -O2 -DLYING=3 -- "$hide"
    guarded ./host local ./loop.so right
    says err 'guarded in part: zmq_proxy: it jumps back to its first instructions'
    caught cross-thread-use ./host local ./loop.so wrong
fi

# Stripped to its API, without the classes of a real one (test/load/embedded.sh): its calls to itself
# come as the program's do.
echo '{ global: zmq_*; plugin_run; local: *; };' >api.map
inside api.so -O2 -- -Wl,--version-script=api.map
strip api.so
left_alone 'the functions inside of libzmq have no names' ./host local ./api.so right
options=require=1 guarded ./host local ./api.so right
[ "$status" -eq 99 ] || fail "exit $status: require=1 with a libzmq stripped to its API"

# libzmq itself optimised at link time: what may have been put into its callers is not believed.
if inside lto.so -O2 -flto -DINLINED -DNAMES -fvisibility=hidden -- "$hide" -flto -O2; then
    guarded ./host local ./lto.so right
    [ "$status" -eq 0 ] || fail "exit $status: lto"
    says err 'not guarded: |guarded in part: '
fi

# Where memory cannot become code; where code cannot be written to; where neither can be done.
inside hidden.so -O2 -- "$hide"
for what in gain mem; do
    ./refuse "$what" ./host local ./hidden.so right
    [ $? -ne 77 ] || continue
    caught cross-thread-use ./refuse "$what" ./host local ./hidden.so wrong
    silent ./refuse "$what" ./host local ./hidden.so right
done
./refuse code ./host local ./hidden.so right
if [ $? -ne 77 ]; then
    left_alone 'the system refuses' ./refuse code ./host local ./hidden.so right
    options=require=1 guarded ./refuse code ./host local ./hidden.so right
    [ "$status" -eq 99 ] || fail "exit $status: require=1 where code cannot be made"
fi

# Stripped, with a debug file where distributions put them. (Only root can.)
inside stripped.so -O2 -- "$hide" -Wl,--build-id
id=$(readelf -n stripped.so | sed -n 's/.*Build ID: //p')
debug=/usr/lib/debug/.build-id/${id:0:2}
objcopy --only-keep-debug stripped.so stripped.debug && strip stripped.so
guarded ./host local ./stripped.so right
[ "$status" -eq 0 ] || fail "exit $status: stripped"
if [ -n "$id" ] && [ ! -e "$debug/${id:2}.debug" ] && mkdir -p "$debug" 2>/dev/null &&
    cp stripped.debug "$debug/${id:2}.debug" 2>/dev/null; then
    caught cross-thread-use ./host local ./stripped.so wrong
    silent ./host local ./stripped.so right
    rm -f "$debug/${id:2}.debug"
    rmdir "$debug" 2>/dev/null
fi
finish
