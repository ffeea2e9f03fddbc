# SPDX-License-Identifier: MPL-2.0
# Two senders on one PUSH socket, and two receivers on one SUB socket, crash libzmq: by an assertion,
# a fault, or in malloc, in a call of either thread, at the other end, or in libzmq's own threads.
# With the kinds that find the misuse itself off, whichever end it takes is reported, names that
# socket and the places of both threads, and is the end that it would have been. Two threads that
# hardly ever run at once, as on one processor, may not crash it for minutes: that says nothing. And
# memory may be so damaged that the report dies of it too (libzmqguard(7)), once in hundreds of runs:
# of these not one in five.
. "$(dirname "$0")/../lib.bash"
program misuse crash_misuse.c -lzmq
off="--concurrent-use=off --cross-thread-use=off --summary=0"

silent=0
crash() { # WHAT TYPE FUNCTION
    { timeout -k 5 20 "$ZMQGUARD" $off ./misuse "$1" >out 2>err </dev/null; } 2>/dev/null
    status=$?
    case $status in
    124 | 137) ! grep -q libzmq-assert err || fail "$1: not ended"; return ;;
    esac
    crashes=$((crashes + 1))
    if [ ! -s err ]; then
        silent=$((silent + 1))
        return
    fi
    says err '^ERROR: libzmqguard: libzmq-assert: .*: libzmq (crashes|ends the process) in '
    says err "^  the (likely )?socket is S3, a $2 socket$"
    # Without a line number where the machine is so busy that the helper came too late.
    says err "^    #[0-9]+ first_$3[ +]"
    says err "^    #[0-9]+ second_$3[ +]"
    same "reports" 1 "$(grep -c '^SUMMARY: libzmqguard: libzmq-assert ' err)"
    case $(sed -n 's/^ERROR: libzmqguard: libzmq-assert: \([A-Z]*\).*/\1/p' err) in
    SIGSEGV) same "status" 139 $status ;;
    SIGBUS) same "status" 135 $status ;;
    SIGFPE) same "status" 136 $status ;;
    SIGILL) same "status" 132 $status ;;
    *) same "status" 134 $status ;;
    esac
}
crashes=0
for ((i = 0; i < ${ZG_RUNS:-5}; i++)); do
    crash push PUSH sender
    crash sub SUB receiver
done
[ $silent -le 1 ] || [ $((5 * silent)) -lt $crashes ] || fail "no word in $silent of $crashes crashes"
[ $crashes -gt 0 ] || [ $failures -gt 0 ] || skip 'libzmq did not crash'
finish
