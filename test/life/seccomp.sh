#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The system calls that libzmqguard(7) lists are all that the guard makes: under a filter that kills
# the process at any other from the guard's code, after the start and at a report; and at the start,
# as strace sees it.
# shellcheck source=test/lib.bash
. "$(dirname "$0")/../lib.bash"

listed() { # LIST: a name a line
    sed -n "/^\.\\\\\" syscalls $1\$/,/^\.Ed/p" "$top/src/cli/libzmqguard.7" | grep -v '^\.' |
        tr ' ' '\n' | sort -u
}
for list in start first steady report syslog end; do
    [ "$(listed $list | wc -l)" -ge 1 ] || die "the manual has no list $list"
done
macros() { for list; do listed "$list"; done | sort -u | sed 's/^/SYS_/' | paste -sd,; }

# What a container forbids is an error there, not a missing line here.
program steady seccomp.c -DLIST="$(macros steady)" -lzmq
program report seccomp.c -DLIST="$(macros steady report)" -lzmq
program syslog seccomp.c -DLIST="$(macros steady report syslog)" -lzmq
program end seccomp.c -DLIST="$(macros steady report end)" -lzmq
program few seccomp.c -DLIST=SYS_futex -lzmq
options=on_error=log
guarded ./steady steady || fail "steady: exit $status"
says_not err libzmqguard
guarded ./report report || fail "report: exit $status"
says err '^SUMMARY: libzmqguard: double-close '
if [ ! -e /dev/log ] && [ ! -e /run/systemd/journal/socket ]; then # not to this machine's own
    options=on_error=log:log_path=syslog
    guarded ./syslog report || fail "report to the system's log: exit $status"
    says err '^SUMMARY: libzmqguard: double-close '
fi
options=on_error=log:summary=1
guarded ./end end
[ "$status" -eq 143 ] || fail "end by a signal: exit $status"
says err '^libzmqguard: summary'
guarded ./few steady
[ "$status" -eq 159 ] || fail "a filter that allows next to nothing: exit $status"

# Other programs of the suite, from before their main() on.
library filter.so seccomp.c -DPRELOAD -DLIST="$(macros start first steady report end)"
library tight.so seccomp.c -DPRELOAD -DLIST=SYS_futex
prog=$BUILD/test/prog options=
for name in order_mutex order_queue order_proxy order_inproc order_cpp tcp_sound ipc_private \
    life_timers_twin life_fork_twin pipeline life_double_close life_fork_send ipc_umask \
    tcp_null_public; do
    [ -x "$prog/$name" ] || continue
    mkdir -p "$name/free" "$name/shut" # some leave files
    guarded env -C "$name/free" "$prog/$name"
    want=$status
    guarded env -C "$name/shut" LD_PRELOAD="$work/filter.so:$GUARD" "$prog/$name"
    [ "$status" -eq "$want" ] || fail "$name under the filter: exit $status, without it $want"
done
guarded env LD_PRELOAD="$work/tight.so:$GUARD" "$prog/order_mutex"
[ "$status" -eq 159 ] || fail "order_mutex under a filter that allows next to nothing: exit $status"

command -v python3 >/dev/null || finish
strace -f -i -o trace true 2>/dev/null || finish # not there, or not allowed
listed start >at_start
{ listed start; listed first; listed steady; } | sort -u >used
for case in "at_start /bin/true" "used ./few none"; do
    read -r list prog <<<"$case"
    # shellcheck disable=SC2086 # a program and its argument
    strace -f -i -o trace -E LD_PRELOAD="$GUARD" $prog >out 2>err
    python3 - "$list" <<'END' >out 2>&1 || fail "at the start of $prog"
import re, sys
allowed = set(open(sys.argv[1]).read().split())
fd = text = None
seen = set()
for line in open("trace"):
    m = re.match(r"\d+ +\[([0-9a-f?]+)\] (\w+)\((.*)", line)
    if not m:
        continue
    ip, name, rest = m.groups()
    value = rest.split("= ")[-1].split()[0]
    if name == "openat" and "libzmqguard.so" in rest:
        fd = value
    if name == "mmap" and fd and f", {fd}, " in rest and "PROT_EXEC" in rest and text is None:
        text = int(value, 16), int(value, 16) + int(re.search(r", (\d+), PROT", rest).group(1))
    if name == "seccomp":
        break
    if text and "?" not in ip and text[0] <= int(ip, 16) < text[1]:
        seen.add(name)
print(sorted(seen - allowed))
sys.exit(not seen or not seen <= allowed)
END
done
finish
