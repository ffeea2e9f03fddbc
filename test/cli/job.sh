# SPDX-License-Identifier: MPL-2.0
# zmqguard run: an error in any process of a run makes it red, in abort and in log mode; a program's
# own status is kept; and with --job= one report judges a whole job.
. "$(dirname "$0")/../lib.bash"
$CC -O2 -g -o pipeline "$here/data/pipeline.c" -lzmq -lpthread || exit 1
mkdir tmp && export TMPDIR=$work/tmp
run() { "$ZMQGUARD" run "$@"; }

# The program itself, its child, its grandchild; and what has no error.
expect 134 run ./pipeline racy
says err '^SUMMARY: libzmqguard: cross-thread-use .*pipeline\.c:[0-9]+ in push$'
expect 66 run --on_error=log ./pipeline racy
expect 66 run sh -c './pipeline racy; true'
says err '^zmqguard: 1 error in the processes of this run, .*: exit status 66$'
expect 66 run --on_error=log sh -c 'sh -c "./pipeline racy; exit 0"'
expect 9 run --exitcode=9 sh -c './pipeline racy; true'
expect 0 run ./pipeline clean
says err '^1 process ended and checked [0-9]+ calls'
expect 0 run --concurrent-use=off --cross-thread-use=off sh -c './pipeline racy; true'

# A program's own end stands, also beside an error.
expect 0 run true
expect 3 run sh -c 'exit 3'
expect 3 run sh -c './pipeline racy; exit 3'
expect 139 run sh -c 'kill -SEGV $$'
expect 143 run sh -c 'kill -TERM $$'
expect 127 run ./no-such-program
expect 2 run --polcy=strict true
# require=1 asks for one call of the whole run, and does not hide a status.
expect 99 run --require=1 true
expect 3 run --require=1 sh -c 'exit 3'
expect 0 run --require=1 sh -c 'true; ./pipeline clean; true'
same "left behind" "" "$(ls tmp)"

# A job of several runs, as a shell script, make or a container makes them: one verdict in the end.
expect 66 run --job job sh -c './pipeline racy; true'
expect 0 env ZMQGUARD_JOB=job "$ZMQGUARD" run ./pipeline clean
(mkdir other && cd other && "$ZMQGUARD" run --job="$work/job" true) 2>/dev/null
expect 1 "$ZMQGUARD" report job
says out '^1 error, 0 warnings in 1 record$'
says out '^3 runs ended$'
# Runs inside of a run are part of it, whatever their status is used for.
expect 66 run --job=nested sh -c '"$ZMQGUARD" run ./pipeline racy; true'
expect 66 run sh -c '"$ZMQGUARD" run ./pipeline racy; true'
expect 1 "$ZMQGUARD" report nested
says out '^2 runs ended$'
# Without libzmq a job is green, and says how little that means.
expect 0 run --job=silent true
expect 0 "$ZMQGUARD" report silent
says out '^1 run ended$'
says out 'checked 0 calls'
# Helpers of a guarded program that never see libzmq leave nothing.
expect 0 run --job=helpers sh -c 'for i in 1 2 3 4 5; do ls >/dev/null; done; ./pipeline clean; true'
same "files of a run with helpers" 2 "$(find helpers -type f | wc -l)"

# A run that was killed has no end, so its job has no verdict.
mkfifo started
"$ZMQGUARD" run --job=killed sh -c 'echo $$ >started; exec sleep 600' 2>/dev/null &
pid=$!
read -r child <started && kill -KILL $pid
wait $pid 2>/dev/null
kill "$child" || fail "it did not run"
expect 2 "$ZMQGUARD" report killed
says err 'has no end: it still runs, or zmqguard run was killed'

# Nor is a run green whose records are incomplete, or whose log could not be written.
expect 2 run sh -c 'printf "{\"zmqguard\": 1, " >"$ZMQGUARD_JOB/cut"'
expect 3 run sh -c 'printf "{\"zmqguard\": 1, " >"$ZMQGUARD_JOB/cut"; exit 3'
expect 2 "$ZMQGUARD" --tool=memcheck --log-file=/dev/full --on_error=log ./pipeline racy

# What run decides is not the user's, and a job that cannot be kept is not run.
expect 2 run --log_path=here true
expect 2 run --format=text true
expect 2 run --job= true
expect 126 run --job=pipeline sh -c 'touch it-ran'
[ ! -e it-ran ] || fail "it ran without a place for its records"
finish
