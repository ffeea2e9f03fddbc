#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The host's stderr: a daemon that lets go of it is not kept from doing so, and what is not known to be
# a log is not written to. No process leaves a log file that has nothing to say.
# shellcheck source=test/lib.bash
. "$(dirname "$0")/../lib.bash"
program daemon daemon.c -lzmq

# Where somebody waits for the end of a pipe it ends when the daemon has let go of it, not with the
# daemon, which lives until it is told.
for how in plain context inplace; do
    mkfifo go
    if [ $how = inplace ]; then # it does not go into the background by itself
        (env LD_PRELOAD="$GUARD" ZMQGUARD_OPTIONS=on_error=log:symbolize=0 ./daemon $how go 2>&1 &) |
            timeout 60 cat >out
    else
        under on_error=log:symbolize=0 ./daemon $how go 2>&1 | timeout 60 cat >out
    fi
    [ "${PIPESTATUS[1]}" -eq 0 ] || fail "$how: the daemon keeps the pipe"
    same "$how" starting "$(cat out)"
    timeout 60 bash -c 'echo >go' || fail "$how: no daemon"
    rm go
done

# daemonises NAME ARGUMENT…: the end of the pipe comes while the daemon lives, which wrote NAME.pid
daemonises() {
    local name=$1
    command -v "$name" >/dev/null || return 0
    under on_error=log "$@" 2>&1 | timeout 60 cat >out
    [ "${PIPESTATUS[1]}" -eq 0 ] || fail "$name keeps the pipe"
    # shellcheck disable=SC2016 # the inner shell expands
    timeout 60 bash -c 'until [ -s "$0.pid" ]; do sleep 0.05; done' "$name" ||
        { fail "$name: no daemon"; return; }
    kill "$(cat "$name.pid")" || fail "$name ended before it was told"
}
export PATH=$PATH:/usr/sbin:/sbin
cat >nginx.conf <<END
pid $work/nginx.pid;
error_log $work/nginx.log;
events {}
END
daemonises redis-server --port 0 --unixsocket "$work/redis" --daemonize yes \
    --pidfile "$work/redis-server.pid"
daemonises nginx -p "$work" -c "$work/nginx.conf"
daemonises uwsgi-core --socket "$work/uwsgi" --daemonize "$work/uwsgi.log" --pidfile2 \
    "$work/uwsgi-core.pid" --die-on-term

# A host's data file on 1 and 2.
options=on_error=log:symbolize=0
guarded ./daemon store data || fail "the host's file was written to: $status"

# A log file is made by the first line, and by nothing else: not in 200 commands of a shell.
mkdir logs
options=on_error=log:summary=1:log_path=$work/logs/log
# shellcheck disable=SC2016 # the inner shell expands
guarded bash -c 'for i in {1..200}; do /bin/true; done' || fail 'a shell of 200 commands'
[ "$(find logs -type f | wc -l)" -le 1 ] || fail "$(find logs -type f | wc -l) log files" # its summary
options=on_error=log:log_path=$work/logs/empty
guarded bash -c 'for i in {1..20}; do /bin/true; done' || fail 'a shell of 20 commands'
same 'files of processes that say nothing' '' "$(find logs -name 'empty*')"
finish
