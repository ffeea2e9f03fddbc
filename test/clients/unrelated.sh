#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Programs of the distribution that have nothing to do with libzmq, those that are installed: the same
# stdout, stderr and exit status as without the guard.
# shellcheck source=test/lib.bash
# shellcheck disable=SC2016 # dollars are for the programs
. "$(dirname "$0")/../lib.bash"
tried=0

run() { # COMMAND ARGUMENT…
    command -v "$1" >/dev/null || return 0
    tried=$((tried + 1))
    same_as_bare "$@"
}

seq 1 500 >numbers
tr '0-9' 'k-t' <numbers >words
sort -r words >reversed
sort words >sorted
mkdir tree && cp numbers words tree
printf '{"b": [1, 2, {"c": null}], "a": "x"}\n' >data.json
printf '<r><a n="1">x</a><a n="2"/></r>\n' >data.xml
printf '#include <stdio.h>\nint main(void) { return puts("built") < 0; }\n' >built.c
printf 'all: built\nbuilt: built.c\n\tcc -o $@ $<\n' >Makefile

# Files and text.
run ls -la tree/words
run ls /nonexistent
run cat numbers words
run head -n 3 numbers
run tail -c 20 numbers
run wc numbers words
run sort -n -k1,1 reversed numbers
run uniq -c sorted
run cut -c2-3 words
run paste numbers words
run join sorted sorted
run comm -3 sorted words
run tr a-z A-Z
run diff numbers words
run cmp numbers words
run grep -c 1 numbers words
run sed -n 's/1/one/gp' numbers
run awk '{ s += $1 } END { print s; exit 3 }' numbers
run find tree -type f -name 'w*'
run xargs -a numbers -n 100 echo
run od -An -tx1 -N32 numbers
run sha256sum numbers words
run md5sum numbers
run base64 -w 40 words
run split -d -l 100 numbers part
run expr 6 '*' 7
run factor 1234567890
run numfmt --to=iec 123456789
run stat -c '%s %F' numbers
run du -b tree/words
run dd if=numbers of=/dev/null status=none
run test -f numbers
run timeout 20 true
run nice -n 5 echo nice
run bc -q numbers
run m4 words
run ed -s numbers
# Packing.
run tar --sort=name --mtime=@0 -cf - tree
run gzip -nc numbers
run bzip2 -c numbers
run xz -c numbers
run zstd -qc numbers
run cpio --version
run zip -h
# Interpreters.
run bash -c 'for i in 1 2 3; do (echo $i; exit $i) || echo "no $?"; done | cat; exit 7'
run dash -c 'echo dash | cat; kill -TERM $$'
run perl -e 'my $p = fork; if (!$p) { exit 5 } waitpid $p, 0; print $? >> 8, "\n"; die "end\n"'
run python3 -c 'import threading, subprocess, sys
t = [threading.Thread(target=lambda: subprocess.run(["true"])) for _ in range(8)]
[x.start() for x in t]; [x.join() for x in t]; print("done"); sys.exit(4)'
run ruby -e '4.times.map { |i| Thread.new { i * i } }.each { |t| puts t.value }; abort "end"'
run php -r 'echo array_sum(range(1, 100)), "\n"; exit(3);'
run node -e 'setTimeout(() => { console.log("later"); process.exit(9) }, 1)'
run lua -e 'print(#"abc") os.exit(2)'
run tclsh words
run guile -c '(display (+ 1 2))'
run java -version
run go version
run ghc --version
run sqlite3 :memory: 'select 6 * 7; select nonsense;'
run jq -c .b data.json
run xmllint --xpath '//a/@n' data.xml
# Tools for programs.
run gcc -O2 -o built built.c
run g++ -x c++ -fsyntax-only built.c
run clang -fsyntax-only built.c
run make -n
run nm -D /bin/true
run readelf -h /bin/true
run strings -n 12 /bin/true
run objdump -f /bin/true
run file -b numbers
run git --no-pager diff --no-index --stat numbers words
run gdb -nx -batch -ex 'print 6 * 7'
run cmake --version
run pkg-config --modversion libzmq
run openssl dgst -sha1 numbers
run curl -s "file://$work/numbers"
run rsync -r --list-only --no-times tree/numbers
run ssh -V
run redis-server --version
run nginx -V
[ $tried -ge 30 ] || skip "only $tried programs are installed"
echo "$tried programs"
finish
