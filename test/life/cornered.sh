#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# A report where the guard has little room: the program goes on unharmed, and the finding is said.
set -u
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
bin=$BUILD/test/prog/cornered
fail() { echo "$1"; tail -n 40 "$dir/err"; exit 1; }

for how in plain seccomp files memory stack wait; do
    (
        ulimit -n 256
        LD_PRELOAD=$GUARD ZMQGUARD_OPTIONS=on_error=log exec "$bin" $how
    ) 2>"$dir/err"
    status=$?
    [ $status = 77 ] && continue
    [ $status = 0 ] || fail "$how: exit $status"
    [ "$(grep -c '^SUMMARY: libzmqguard: double-close ' "$dir/err")" = 1 ] || fail "$how: no report"
    case $how in
    plain | wait) grep -q '#0 .*cornered\.c:[0-9]' "$dir/err" || fail "$how: no line" ;;
    seccomp) grep -q '#0 err+0x' "$dir/err" || fail "$how: no symbol" ;;
    esac
done

# No descriptor may be had where the guard takes its own, and stderr is a file.
(
    ulimit -n 64
    LD_PRELOAD=$GUARD ZMQGUARD_OPTIONS=on_error=log exec "$bin" plain
) 2>"$dir/err" || fail "64 files: exit $?"
[ "$(grep -c '^SUMMARY: libzmqguard: double-close ' "$dir/err")" = 1 ] || fail "64 files: no report"

# A helper that hangs, one that dies, one that talks nonsense without end, none at all: the raw
# frames stand. (The guard looks for it beside itself.)
cp "$GUARD" "$dir/libzmqguard.so"
nap=1000.$$ # nobody else's
for helper in "exec sleep $nap" 'kill -9 $$' 'yes' 'exit 0' 'echo; echo; echo; echo; echo' none; do
    printf '#!/bin/sh\n%s\n' "$helper" >"$dir/zmqguard"
    chmod 755 "$dir/zmqguard"
    [ "$helper" = none ] && rm "$dir/zmqguard"
    LD_PRELOAD=$dir/libzmqguard.so ZMQGUARD_OPTIONS=on_error=log "$bin" plain 2>"$dir/err" ||
        fail "helper $helper: exit $?"
    grep -q '^    #0 err+0x[0-9a-f]* (.*/cornered+0x[0-9a-f]*) (BuildId: [0-9a-f]*)$' "$dir/err" ||
        grep -q '^    #0 .*(cornered+0x' "$dir/err" || fail "helper $helper: no frame"
    [ "$(grep -c '^SUMMARY' "$dir/err")" = 1 ] || fail "helper $helper: no summary"
done

# The helper that hung was ended.
pgrep -f "^sleep ${nap/./\\.}$" >/dev/null && fail "a helper is left"

# The helper's world: nothing of ours, nothing of the host's but what it may know.
cat >"$dir/zmqguard" <<'END'
#!/bin/sh
{ tr '\0' '\n' </proc/$$/environ; ls -l /proc/$$/fd | sed 's,.*/fd/,,'; } >"${0%/*}/world"
END
chmod 755 "$dir/zmqguard"
SECRET=1 DEBUGINFOD_URLS=http://127.0.0.1:1 LD_LIBRARY_PATH=/x LD_PRELOAD=$dir/libzmqguard.so \
    ZMQGUARD_OPTIONS=on_error=log "$bin" plain 2>"$dir/err" || fail "world: exit $?"
grep -qE '^(SECRET|LD_|ZMQGUARD)' "$dir/world" && fail "world: $(cat "$dir/world")"
grep -q '^DEBUGINFOD_URLS=http://127.0.0.1:1$' "$dir/world" || fail "world: no DEBUGINFOD_URLS"
exit 0
