# SPDX-License-Identifier: MPL-2.0
# The recipe of libzmqguard(7), STAGING, with the real rsyslogd: the records of two hosts come to one
# file, whole, and zmqguard report merges them.
. "$(dirname "$0")/../lib.bash"
rsyslogd=$(PATH=$PATH:/usr/sbin command -v rsyslogd) || skip "no rsyslogd"
command -v python3 >/dev/null || skip "no python3"

cp "$here/data/pipeline.c" .
$CC -O2 -g -o pipeline pipeline.c -lzmq -lpthread || exit 1
# A port that is free now, and that the kernel gives to nobody who asks it for any.
port=$(python3 -c 'import random, socket
first = int(open("/proc/sys/net/ipv4/ip_local_port_range").read().split()[0])
while True:
    port = random.randrange(10000, max(first, 10100))
    try:
        socket.socket().bind(("127.0.0.1", port))
    except OSError:
        continue
    print(port)
    break')

# The blocks of the manual, with paths and port of this test.
recipe() { # N: the Nth block of the section that is rsyslog's
    awk -v n="$1" '/^\.Ss A fleet/ { on = 1 } /^\.Sh/ && on { exit }
        on && /^\.Bd/ { block++; body = 1; next } /^\.Ed/ { body = 0 }
        body && block == n && !/^\./ { print }' "$here/../../src/cli/libzmqguard.7" | sed 's/\\e/\\/g'
}
adapt() { # HOST
    sed -e "s,/var/log/zmqguard/\*,$work/$1/*," -e "s,/var/log/zmqguard.json,$work/all.json," \
        -e "s,logs.example,127.0.0.1," -e "s,1514,$port,"
}
mkdir collector
for host in alpha beta; do
    mkdir -m 700 "$host" "$host.state"
    { echo "global(workDirectory=\"$work/$host.state\")"; recipe 1 | adapt $host; } >$host.conf
done
{ echo "global(workDirectory=\"$work/collector\")"; recipe 2 | adapt collector; } >collector.conf
for name in collector alpha beta; do
    "$rsyslogd" -N1 -f "$work/$name.conf" >log 2>&1 || { cat "$name.conf" log; fail "$name.conf"; finish; }
done

pids=()
trap 'kill "${pids[@]}" 2>/dev/null; wait; rm -rf "$work"' EXIT
for name in collector alpha beta; do
    "$rsyslogd" -n -f "$work/$name.conf" -i "$work/$name.pid" >>daemons 2>&1 &
    pids+=($!)
done
for host in alpha beta; do
    mkdir -m 700 "$host.made"
    "$ZMQGUARD" --on_error=log --format=json --log_path="$work/$host.made/run" ./pipeline racy
    sed -i "s/\"host\":\"[^\"]*\"/\"host\":\"$host\"/" "$host".made/run.* # one machine plays two
    mv "$host".made/run.* "$host/"
done
wanted=$(cat alpha/run.* beta/run.* | LC_ALL=C sort -u)
# Waits for the records, not for a time: the daemons are done when all are there.
for ((i = 0; i < 3000; i++)); do
    got=$(cat all.json 2>/dev/null | LC_ALL=C sort -u)
    [ "$(comm -13 <(echo "$got") <(echo "$wanted"))" = "" ] && break
    read -r -t 0.1 <> <(:) || :
done
same "records that did not arrive whole" "" "$(comm -13 <(echo "$got") <(echo "$wanted"))"
expect 1 "$ZMQGUARD" report all.json
says out ' on 2 hosts, '
same "broken lines" "" "$(cat err)"
finish
