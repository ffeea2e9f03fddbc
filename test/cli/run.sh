# SPDX-License-Identifier: MPL-2.0
# zmqguard PROGRAM: becomes the program, passes its ends on, and keeps what is in the environment.
. "$(dirname "$0")/../lib.bash"

# Exit status and signals are the program's own.
expect 0 "$ZMQGUARD" true
expect 1 "$ZMQGUARD" false
expect 42 "$ZMQGUARD" -- sh -c 'exit 42'
expect 143 "$ZMQGUARD" sh -c 'kill -TERM $$'
expect 134 "$ZMQGUARD" sh -c 'kill -ABRT $$'
same "same process" "$(sh -c 'echo $$; exec "$ZMQGUARD" sh -c "echo \$\$"' | uniq | wc -l)" 1
expect 0 "$ZMQGUARD" sh -c 'echo "$@"' sh --policy=none -- -x
same "arguments untouched" "--policy=none -- -x" "$(cat out)"

# The environment: options in order, the guard first, neighbours kept.
show='echo "$ZMQGUARD_OPTIONS"; echo "$LD_PRELOAD"'
expect 0 env ZMQGUARD_OPTIONS=policy=strict:on_error=log "$ZMQGUARD" --on_error=exit \
    --ipc-acl=off --strip_path_prefix=/a:b sh -c "$show"
same "options" 'summary=1:policy=strict:on_error=log:on_error=exit:ipc-acl=off:strip_path_prefix="/a:b"' \
    "$(head -n 1 out)"
same "preload" "$GUARD" "$(sed -n 2p out)"
# A library that does nothing stands for another preload, and under its name for a sanitizer's.
echo 'int zg_test_nothing;' | $CC -shared -fPIC -x c -o other.so -
cp other.so libasan.so.8
expect 0 env LD_PRELOAD="$work/other.so" "$ZMQGUARD" sh -c "$show"
same "neighbour" "$GUARD:$work/other.so" "$(sed -n 2p out)"
expect 0 env LD_PRELOAD="$work/other.so $GUARD" "$ZMQGUARD" sh -c "$show"
same "only once" "$GUARD:$work/other.so" "$(sed -n 2p out)"
expect 0 env LD_PRELOAD="$work/libasan.so.8:$work/other.so" "$ZMQGUARD" sh -c "$show"
same "after the sanitizer" "$work/libasan.so.8:$GUARD:$work/other.so" "$(sed -n 2p out)"

# Files of options are meant from here, also for a child that starts elsewhere.
mkdir elsewhere && echo policy=strict >settings && : >quiet
expect 0 "$ZMQGUARD" --summary=0 --include=settings --suppressions=quiet env -C elsewhere true

# A typo never means "unguarded".
expect 2 "$ZMQGUARD" --polcy=strict true
says err '^zmqguard: .*polcy.*policy'
expect 2 "$ZMQGUARD" --policy=strickt true
says err 'strickt.*strict'
expect 2 "$ZMQGUARD" --policy true
expect 2 "$ZMQGUARD" -x true
expect 2 "$ZMQGUARD" --tool=memcheck true
says err '--log-file='
expect 2 env ZMQGUARD_OPTIONS=summry=1 "$ZMQGUARD" true
says err 'ZMQGUARD_OPTIONS: .*summry.*summary'
expect 2 "$ZMQGUARD"

expect 0 "$ZMQGUARD" --version
says out '^zmqguard [0-9]+\.[0-9]+\.[0-9]+$'
expect 0 "$ZMQGUARD" --help
says out '^policy='
says out '^ipc-world-writable='

# Installed: the library is found in ../lib or below it; in a build tree next to the command.
mkdir -p inst/bin inst/lib
cp "$ZMQGUARD" inst/bin/ && cp "$GUARD" inst/lib/
expect 0 inst/bin/zmqguard sh -c "$show"
same "installed" "$work/inst/lib/libzmqguard.so" "$(sed -n 2p out)"
mkdir -p "inst/lib/$(uname -m)-linux-gnu"
mv inst/lib/libzmqguard.so "inst/lib/$(uname -m)-linux-gnu/"
expect 0 inst/bin/zmqguard sh -c "$show"
same "multiarch" "$work/inst/lib/$(uname -m)-linux-gnu/libzmqguard.so" "$(sed -n 2p out)"
finish
