# SPDX-License-Identifier: MPL-2.0
# zmqguard check: says in advance what can be guarded, and what would be missed.
. "$(dirname "$0")/../lib.bash"

cat >user.c <<'END'
#include <zmq.h>
int main(void) { return zmq_ctx_term(zmq_ctx_new()); }
END
$CC -o user user.c -lzmq || exit 1
expect 0 "$ZMQGUARD" check ./user
says out '^\./user: a program for '
says out '^  libzmq  /.*/libzmq\.so\.[0-9]+ \([0-9]+\.[0-9]+\.[0-9]+\): guarded by symbol$'
says out '^  verdict can be guarded$'

# Nothing of the file is run, not even a constructor.
echo '#include <unistd.h>
__attribute__((constructor)) static void start(void) { (void)!write(1, "it ran", 6); }
int main(void) { return 0; }' >quiet.c
$CC -o quiet quiet.c && $CC -shared -fPIC -o libquiet.so quiet.c || exit 1
expect 0 "$ZMQGUARD" check ./quiet ./libquiet.so
says_not out 'it ran'
says out 'has no libzmq and opens none'

# A program that opens libraries later.
echo '#include <dlfcn.h>
int main(int argc, char **argv) { return argc > 1 && dlopen(argv[1], RTLD_NOW) == 0; }' >opens.c
$CC -o opens opens.c -ldl || exit 1
expect 0 "$ZMQGUARD" check ./opens
says out 'no libzmq yet, one that it opens later is guarded too'

# A libzmq inside: by its symbol, and by its texts when the symbols are gone. (A function of that
# name stands for the static library, which not every machine has.)
cat >inside.c <<'END'
__attribute__((visibility("hidden"))) void *zmq_ctx_new(void);
__attribute__((visibility("hidden"))) void *zmq_ctx_new(void) { return 0; }
const char *volatile texts[] = {"%s%sZMQbg%s%s", "inproc://zeromq.zap.01"};
int main(void) { return zmq_ctx_new() != 0 || texts[0] == 0; }
END
$CC -o inside inside.c || exit 1
expect 1 "$ZMQGUARD" check ./inside
says out '^  MISSED  .*inside has a libzmq linked in statically: not guarded \('
says out '^  verdict cannot be guarded$'
strip inside
expect 1 "$ZMQGUARD" check ./inside
says out '^  MISSED '

# A real one: guarded by patch while it has its symbols. The file here comes before one in PATH.
archive=$($CC -print-file-name=libzmq.a)
if [ -e "$archive" ]; then
    # shellcheck disable=SC2046 # several words
    $CC -o ls user.c -Wl,-Bstatic -lzmq -Wl,-Bdynamic $(pkg-config --static --libs libzmq |
        tr ' ' '\n' | grep -v -x -e -lzmq -e libprotokit.a) || exit 1
    expect 0 "$ZMQGUARD" check ls
    says out '^\./ls: a program'
    says out '^  libzmq  .*/ls, linked in statically: guarded by patch \([0-9]+ functions\)$'
    says out '^  verdict can be guarded$'
    strip ls
    expect 1 "$ZMQGUARD" check ls
    says out '^  MISSED  .*/ls has a libzmq linked in statically: not guarded \(.*stripped'
    says out '^  verdict cannot be guarded$'
fi

# Shared libraries, a libzmq itself, scripts, and what cannot be guarded at all.
echo '#include <zmq.h>
void *plugin(void) { return zmq_ctx_new(); }' >plugin.c
$CC -shared -fPIC -o plugin.so plugin.c -lzmq || exit 1
expect 0 "$ZMQGUARD" check ./plugin.so
says out 'a shared library for'
says out '^  libzmq  /'
expect 0 "$ZMQGUARD" check "$(sed -n 's/^  libzmq  \([^ ]*\).*/\1/p' out)"
says out 'libzmq.so[^ ]* itself \([0-9.]+\)'
expect 0 "$ZMQGUARD" check "$GUARD"
says out '^  verdict this is the guard'
says_not out 'libzmq  '
printf '#!%s/user\n' "$work" >script && chmod +x script
expect 0 "$ZMQGUARD" check ./script
says out "^  runs    $work/user"
for how in -static -static-pie; do
    $CC $how -o static quiet.c 2>/dev/null || continue
    expect 1 "$ZMQGUARD" check ./static ./user
    says out 'verdict cannot be guarded: .*statically linked'
done
expect 1 "$ZMQGUARD" check ./nothing-here
says out 'cannot be guarded: .*not found'
expect 2 "$ZMQGUARD" check
finish
