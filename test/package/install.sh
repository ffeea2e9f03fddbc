#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# make install, and what other projects do with it: pkg-config, CMake, Meson, completion. What was
# installed is moved elsewhere before, as in a container or a relocated prefix; make uninstall leaves
# nothing. ZG_INSTALLED: a prefix below which a package has put it all, which is looked at in place
# (scripts/check-deb); GUARD and ZMQGUARD are in it then.
. "$(dirname "$0")/../lib.bash"

install() {
    cd "$top" && make --no-print-directory install BUILD="$BUILD" DESTDIR="$work/root" \
        >"$work/out" 2>"$work/err" || die "make install"
    cd "$work" && mv root/usr/local moved || exit 1
    for file in bin/zmqguard lib/libzmqguard.so include/zmqguard.h share/man/man1/zmqguard.1; do
        [ -f "moved/$file" ] || fail "not installed: $file"
    done
}
prefix=${ZG_INSTALLED:-$work/moved} preload=$GUARD
[ -n "${ZG_INSTALLED-}" ] || { install && preload=$work/moved/lib/libzmqguard.so; }
cp "$top/test/cli/data/pipeline.c" .
# The version stands in the Makefile; packagings that cannot ask it say the same.
version=$("$ZMQGUARD" --version | cut -d' ' -f2)
for file in libzmqguard.spec:Version: PKGBUILD:pkgver= NEWS:libzmqguard; do
    grep -qE "^${file#*:} *$version( |\$)" "$top/scripts/packaging/${file%%:*}" || fail "version in $file"
done
bash -n "$top/scripts/packaging/PKGBUILD" || fail PKGBUILD
if command -v shellcheck >/dev/null; then # variables of makepkg's, and those that it reads
    expect 0 shellcheck -s bash -e SC2034,SC2154 "$top/scripts/packaging/PKGBUILD"
fi
if command -v rpmspec >/dev/null; then
    expect 0 rpmspec --parse "$top/scripts/packaging/libzmqguard.spec"
fi
if command -v rpmlint >/dev/null; then
    rpmlint "$top/scripts/packaging/libzmqguard.spec" >out 2>&1
    says_not out '[1-9][0-9]* errors'
fi

[ -n "${ZG_INSTALLED-}" ] || export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
said() { pkg-config ${PKG_CONFIG_PATH:+--define-prefix} "$@" zmqguard; }
if command -v pkg-config >/dev/null; then
    same "preload" "$preload" "$(said --variable=preload)"
    same "command" "$prefix/bin/zmqguard" "$(said --variable=command)"
    same "version" "$version" "$(said --modversion)"
    same "nothing to link" "" "$(said --libs | tr -d ' ')"
    echo '#include <zmqguard.h>
int main(void) { ZMQGUARD_HANDOFF(0); return 0; }' >annotated.c
    # shellcheck disable=SC2046 # words
    $CC $(said --cflags) -o annotated annotated.c -ldl && ./annotated || fail "the annotations"
fi

if command -v cmake >/dev/null; then
    mkdir cm && cat >cm/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.13)
project(user C)
find_package(zmqguard 0.1 REQUIRED)
zmqguard_memcheck()
include(CTest)
add_executable(pipeline ../pipeline.c)
target_link_libraries(pipeline zmq pthread zmqguard::headers)
zmqguard_add_test(NAME right COMMAND pipeline clean)
zmqguard_add_test(NAME wrong COMMAND pipeline racy)
add_test(NAME unguarded COMMAND pipeline racy)
END
    expect 0 cmake -S cm -B cmb -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Debug
    expect 0 cmake --build cmb
    (cd cmb && ctest --output-on-failure) >out 2>err
    says out 'right .*Passed'
    says out 'wrong .*(Failed|abort)'
    says out 'unguarded .*Passed'
    says out 'SUMMARY: libzmqguard: c.*-use .*pipeline\.c'
    (cd cmb && ctest -T memcheck -R unguarded) >out 2>err
    says out 'MemCheck.*unguarded .*Defects: 1'
fi

if command -v meson >/dev/null && command -v ninja >/dev/null; then
    mkdir me && cp pipeline.c me/ && cat >me/meson.build <<'END'
project('user', 'c')
guard = dependency('zmqguard')
exe = executable('pipeline', 'pipeline.c', dependencies: [guard, dependency('libzmq'), dependency('threads')])
test('right', exe, args: ['clean'])
test('wrong', exe, args: ['racy'])
add_test_setup('zmqguard', exe_wrapper: [guard.get_variable(pkgconfig: 'command'), 'run'])
END
    # Meson does not move prefixes; what is installed where it was meant to is not moved.
    [ -n "${ZG_INSTALLED-}" ] ||
        sed "s,^prefix=.*,prefix=$prefix," moved/lib/pkgconfig/zmqguard.pc >zmqguard.pc
    PKG_CONFIG_PATH=$work:$(pkg-config --variable pc_path pkg-config) expect 0 meson setup meb me
    expect 0 meson test -C meb
    expect 1 meson test -C meb --setup zmqguard
    says out 'right +OK'
    says out 'wrong +FAIL'
fi

# complete WORD…: what the shell would offer for the last word.
complete() {
    bash -c '. "$1"; shift; PATH=$1:$PATH; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        _zmqguard zmqguard "${COMP_WORDS[COMP_CWORD]}"; printf "%s " "${COMPREPLY[@]}"' bash \
        "$prefix/share/bash-completion/completions/zmqguard" "$prefix/bin" zmqguard "$@"
}
same "options" "--policy= " "$(complete --pol)"
same "values" "strict " "$(complete --policy = str)"
same "all values" "abort exit log " "$(complete run --on_error =)"
same "subcommand" "symbolize " "$(complete symbol)"
same "its options" "--follow= " "$(complete report --fol)"
same "its values" "html " "$(complete report --format = h)"

[ -z "${ZG_INSTALLED-}" ] || finish
mv moved root/usr/local
cd "$top" && make --no-print-directory uninstall BUILD="$BUILD" DESTDIR="$work/root" \
    >"$work/out" 2>"$work/err" || fail "make uninstall"
same "left" "" "$(find "$work/root" -type f)"
finish
