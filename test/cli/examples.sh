#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Every example of libzmqguard(7) runs as it stands there, with the installed guard, where what it
# needs is there; no example is added that no test runs.
. "$(dirname "$0")/../lib.bash"
(cd "$top" && make --no-print-directory install BUILD="$BUILD" DESTDIR="$work/root") >out 2>err ||
    die "make install"
local=$work/root/usr/local
export PATH=$local/bin:$PATH PKG_CONFIG_PATH=$local/lib/pkgconfig

# A file for each .Dl and each literal text, with the places where this one is installed.
awk '/^\.Dl / { sub(/^\.Dl /, ""); print >("example." ++n); next }
     /^\.Bd -literal/ { file = "example." ++n; next } /^\.Ed/ { file = "" }
     file != "" && !/^\./ { print >file }' "$top/src/cli/libzmqguard.7"
sed -i -e 's/\\e/\\/g; s/\\&//g' -e "s,/usr/local/,$local/,g" example.*

$CC -O2 -g -o program -x c - -lzmq -lpthread <<END || die "program"
#define main pipeline
#include "$here/data/pipeline.c"
#undef main
int main(void)
{
    return pipeline(2, (char *[]){"program", "racy", NULL});
}
END
cp "$here/data/pipeline.c" .
cat >test_feed.py <<'END'
import threading
import zmq


def test_feed():
    out = zmq.Context.instance().socket(zmq.PUB)
    out.send(b"x")
    t = threading.Thread(target=out.send, args=(b"y",))
    t.start()
    t.join()
END
printf 'check:\n\t./program; true\n' >Makefile
has() { command -v "$1" >/dev/null; }
has_pytest() { mkdir -p python && ln -sf "$python" python/python3 && "$python" -c 'import zmq, pytest'; }
for python in /usr/bin/python3 python3; do "$python" -c 'import zmq, pytest' 2>/dev/null && break; done
runs() { expect "$1" bash "$2"; } # STATUS EXAMPLE
found() { says "$1" '^(==[0-9]+== )?SUMMARY: libzmqguard: cross-thread-use '; }

cmake_project() { # EXAMPLE: its lines around a project with one wrong test
    mkdir -p cmake && cp pipeline.c cmake/program.c
    {
        printf '%s\n' 'cmake_minimum_required(VERSION 3.18)' 'project(user C)' \
            'add_executable(program program.c)' 'target_link_libraries(program zmq pthread)'
        [ -z "$1" ] || sed 's/ argument)/ racy)/' "$1"
        printf '%s\n' 'include(CTest)' 'add_test(NAME plain COMMAND program racy)'
    } >cmake/CMakeLists.txt
    rm -rf cmake/b
    cmake -S cmake -B cmake/b -DCMAKE_BUILD_TYPE=Debug -DCMAKE_PREFIX_PATH="$local" >log 2>&1 &&
        cmake --build cmake/b >>log 2>&1 || { cat log; die "cmake"; }
}
meson_project() { # EXAMPLE or ""
    rm -rf meson && mkdir meson && cp pipeline.c meson/
    {
        echo "project('user', 'c')"
        echo "exe = executable('pipeline', 'pipeline.c', dependencies: [dependency('libzmq'), dependency('threads')])"
        echo "test('wrong', exe, args: ['racy'])"
        [ -z "$1" ] || cat "$1"
    } >meson/meson.build
    meson setup meson/b meson >log 2>&1 || { cat log; die "meson"; }
}

for example in example.*; do
    case $(head -n 1 "$example") in
    'zmqguard ./program' | LD_PRELOAD=*policy=strict*) runs 134 "$example" && found err ;;
    '#include <zmqguard.h>')
        { cat "$example" && echo 'int main(void) { ZMQGUARD_HANDOFF(0); return zmqguard_active(); }'; } >a.c
        expect 0 $CC -I"$local/include" -o a a.c -ldl && expect 0 ./a
        ;;
    ======*) ;;                 # a report
    KIND:PATTERN*) ;;           # a syntax: test/cli/suppress.sh
    FROM\ * | '- run:'* | test:* | volumes:*) ;; # test/cli/snippets.sh
    'global('*) ;;              # test/cli/fleet.sh
    'zmqguard run --job=records make check')
        runs 1 "$example" # the second command's: findings
        found err && says zmqguard.xml '<failure '
        ;;
    'ctest -T memcheck'*)
        has ctest || continue
        cmake_project "" && cp "$example" cmake/b/example
        (cd cmake/b && bash example) >out 2>err
        says out 'MemCheck.*plain .*Defects: 1'
        ;;
    'find_package(zmqguard'*)
        has ctest || continue
        cmake_project "$example"
        (cd cmake/b && ctest) >out 2>err
        says out 'guarded .*(Failed|abort)'
        says out 'plain .*Passed'
        (cd cmake/b && ctest -T memcheck -R plain) >out 2>err
        says out 'MemCheck.*plain .*Defects: 1'
        ;;
    'meson test --wrapper'*)
        has meson && has ninja || continue
        meson_project "" && (cd meson/b && bash "$work/$example") >out 2>err
        says out 'wrong +FAIL'
        ;;
    "add_test_setup('zmqguard'"*)
        has meson && has ninja || continue
        meson_project "$example"
        expect 1 meson test -C meson/b --setup zmqguard
        ;;
    'zmqguard run python3 -m pytest' | PYTHONPATH=*)
        has_pytest 2>/dev/null || continue
        # Of the default policy the sequence is in order.
        PATH=$work/python:$PATH ZMQGUARD_OPTIONS=policy=strict bash "$example" >out 2>err
        status=$?
        case $(head -n 1 "$example") in
        PYTHONPATH=*) same "its status" 1 $status && says out '^FAILED test_feed\.py::test_feed' ;;
        *) same "its status" 134 $status ;;
        esac
        found err
        ;;
    'bazel test '*)
        # Bazel itself is not asked: only that what --run_under names can be run.
        expect 134 bash -c "$(sed -n 's/.*--run_under="\([^"]*\)".*/\1/p' "$example") ./program"
        ;;
    LD_PRELOAD=libasan*)
        runtime=$($CC -print-file-name=libasan.so)
        $CC -O1 -g -fsanitize=address -o sane pipeline.c -lzmq -lpthread 2>/dev/null && [ -e "$runtime" ] &&
            ./sane clean >log 2>&1 || continue
        sed -i "s,libasan[.so0-9]*,$(readlink -f "$runtime"),; s,\./program,./sane racy," "$example"
        runs 134 "$example" && found err
        ;;
    gdb\ *)
        has gdb && gdb -q -batch -ex run --args true >log 2>&1 || continue
        sed -i 's/^gdb /gdb -q -batch /; s/zmqguard_on_report'"'"'/&  -ex run -ex bt/' "$example"
        runs 0 "$example" && says out 'Breakpoint 1.*zmqguard_on_report'
        ;;
    '[Service]')
        # As systemd would read it: the variables of a drop-in.
        eval "$(sed -n 's/^Environment="\{0,1\}\([A-Z_]*\)=\([^"]*\).*/\1_IN=\2/p' "$example")"
        # shellcheck disable=SC2154 # eval's
        ZMQGUARD_OPTIONS=${ZMQGUARD_OPTIONS_IN/log_path=syslog/log_path=$work/syslog} \
            LD_PRELOAD=$LD_PRELOAD_IN ./program 2>err || fail "under the drop-in's environment"
        found "$(echo syslog.*)"
        ! has systemd-analyze || { printf '[Service]\nExecStart=%s/program\n' "$work" >zg.service &&
            mkdir -p zg.service.d && cp "$example" zg.service.d/zmqguard.conf &&
            systemd-analyze verify ./zg.service 2>err || says_not err 'zmqguard\.conf'; }
        ;;
    journalctl*) ! has journalctl || { bash "$example" >out 2>err; says_not err 'nrecognized|nknown'; } ;;
    *) fail "an example that no test runs: $(cat "$example")" ;;
    esac
done
finish
