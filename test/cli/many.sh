# SPDX-License-Identifier: MPL-2.0
# Ten processes that write records at once lose and mix none; a killed one leaves a readable log;
# --follow prints what comes, also from files that are new or replaced.
. "$(dirname "$0")/../lib.bash"

cp "$here/data/pipeline.c" .
$CC -O2 -g -o pipeline pipeline.c -lzmq -lpthread || exit 1
json="--on_error=log --format=json"

# Into files of their own, and into one that they all append to.
mkdir -m 700 records
for i in $(seq 10); do
    "$ZMQGUARD" $json --log_path="$work/records/run" ./pipeline racy &
    "$ZMQGUARD" $json ./pipeline racy 2>>shared &
done
wait
for where in records shared; do
    expect 1 "$ZMQGUARD" report $where
    same "nothing broken in $where" "" "$(cat err)"
    says out '^1 of [12]: seen 10 times, in 10 processes on 1 host, '
    says out '^10 processes ended and checked '
done
same "a file each" 10 "$(ls records | wc -l)"
same "one pid a file" 10 "$(for f in records/*; do grep -o "\"pid\":${f##*.}," "$f" | sort -u; done | wc -l)"

# Killed while it runs: what was written until then is complete.
mkdir -m 700 killed
mkfifo started
cat >killed.c <<'END'
#define main pipeline_main
#include "pipeline.c"
#undef main
int main(int argc, char **argv)
{
    int rc = pipeline_main(argc, argv);
    (void)!write(1, "done\n", 5);
    pause();
    return rc;
}
END
$CC -O2 -g -o killed_pipeline killed.c -lzmq -lpthread || exit 1
"$ZMQGUARD" $json --log_path="$work/killed/run" ./killed_pipeline racy >started &
pid=$!
read -r word <started && kill -KILL $pid
wait $pid 2>/dev/null
same "it ran" done "$word"
expect 1 "$ZMQGUARD" report killed
same "readable" "" "$(cat err)"
says out '^SUMMARY: libzmqguard: cross-thread-use '

# --follow: a directory where files appear, one that is written in pieces, one that is replaced.
mkdir -m 700 followed
mkfifo lines
"$ZMQGUARD" report --follow followed rotated >lines 2>follow.err &
follower=$!
exec 5<lines
await() { # REGEX: reads until a line matches
    local line
    while IFS= read -r -t 60 line <&5; do
        [[ $line =~ $1 ]] && return 0
    done
    fail "--follow did not print: $1"
}
"$ZMQGUARD" $json --log_path="$work/followed/run" ./pipeline racy
await '^SUMMARY: libzmqguard: cross-thread-use .* in push$'
record=$(grep -h '"record":"finding"' followed/* | head -n 1)
printf '%s' "${record:0:100}" >rotated
printf '%s\n' "${record:100}" >>rotated
await '^SUMMARY: libzmqguard: cross-thread-use .* in push$'
mv rotated rotated.1
printf '%s\n' "${record/in push/in another}" >rotated
await '^SUMMARY: libzmqguard: cross-thread-use .* in another$'
kill $follower
wait $follower 2>/dev/null
same "complaints" "" "$(cat follow.err)"
finish
