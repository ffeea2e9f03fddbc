# SPDX-License-Identifier: MPL-2.0
# What cannot be guarded is refused with one clear line, and not run.
. "$(dirname "$0")/../lib.bash"

refused() { # STATUS REGEX PROGRAM…
    local status=$1 regex=$2
    shift 2
    expect "$status" "$ZMQGUARD" "$@"
    says err "^zmqguard: .*$regex"
    same "lines for $*" 1 "$(wc -l <err)"
    same "output of $*" 0 "$(wc -c <out)"
}

echo '#include <stdio.h>
int main(void) { return puts("it ran") < 0; }' >hello.c
$CC -o hello hello.c || exit 1
expect 0 "$ZMQGUARD" ./hello
says out 'it ran'

refused 127 'not found' no-such-program
refused 127 'not found' ./no-such-program
refused 127 'not found' ''
refused 126 'is a directory' "$work"
cp hello plain && chmod -x plain
refused 126 'is not executable' ./plain

# Scripts: followed to the interpreter, also through env.
printf '#!%s\n' "$work/hello" >script && chmod +x script
expect 0 "$ZMQGUARD" ./script
says out 'it ran'
printf '#!/usr/bin/env -S hello -x\n' >script
PATH=$work:$PATH expect 0 "$ZMQGUARD" ./script
printf 'echo it ran\n' >script # no "#!": the shell's, as execvp() has it
expect 0 "$ZMQGUARD" ./script
says out 'it ran'
printf '#!/no/such/interpreter\n' >script
refused 126 'interpreter of its #! line: No such file' ./script
printf '#!/usr/bin/env no-such-interpreter\n' >script
refused 126 'interpreter of its #! line: No such file' ./script
printf '\0\1\2\3' >data && chmod +x data
refused 126 'neither an ELF program nor a script' ./data

# Static, and a script whose interpreter is static.
if $CC -static -o static hello.c 2>/dev/null; then
    refused 126 'statically linked' ./static
    printf '#!%s\n' "$work/static" >script
    refused 126 'static is statically linked' ./script
    $CC -static-pie -o static-pie hello.c 2>/dev/null && refused 126 'statically linked' ./static-pie
fi

# Another machine: by the bytes of the header (e_machine at 18).
cp hello foreign && printf '\x28\0' | dd of=foreign bs=1 seek=18 conv=notrunc status=none
refused 126 'built for .*, this guard for' ./foreign

# musl, and a loader that is not here: by the bytes of PT_INTERP.
loader=$(readelf -l hello | sed -n 's/.*interpreter: \(.*\)\]/\1/p')
musl=$(printf '/lib/ld-musl-%*s' $((${#loader} - 13)) '' | tr ' ' x)
sed "s,$loader,$musl," hello >musl && chmod +x musl
refused 126 'linked with musl' ./musl
sed "s,$loader,${loader/ld-/LD-}," hello >strange && chmod +x strange
refused 126 'needs the loader .*LD-' ./strange

# Privileges of its own: the loader would ignore the preload without a word.
if [ "$(id -u)" -eq 0 ]; then
    cp hello special && chown nobody special && chmod u+s special
    refused 126 'is setuid' ./special
    rm special && cp hello special && chgrp nogroup special && chmod g+s,g+x special
    refused 126 'is setgid' ./special
    open=$(mktemp -d /tmp/zg-open-XXXXXX) # $work lies below a directory that is ours alone
    trap 'rm -rf "$work" "$open"' EXIT
    cp hello "$ZMQGUARD" "$GUARD" "$open/" && chmod 755 "$open" "$open"/*
    as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
    if setcap cap_net_raw+ep "$open/hello" 2>/dev/null && as_nobody "$open/zmqguard" --version >out; then
        expect 126 as_nobody "$open/zmqguard" "$open/hello"
        says err 'has file capabilities'
    fi
elif [ -u /bin/su ]; then
    refused 126 'is setuid' /bin/su
fi
# setuid to who runs it: nothing changes hands, and it is run.
rm -f special && cp hello special && chmod u+s special
expect 0 "$ZMQGUARD" ./special
finish
