#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# libzmq linked in by every compiler and in every way, one fault of each family and its twin (those
# of test/load/kinds.*), 20 times each, as a table: how often the fault was caught, and the twin was
# silent. Minutes of processor time; make check-embedded runs it.
#
#   test/stress/embedded.sh [PATTERN]     rows that match, such as 'c gcc*'
#
# A libzmq that was itself optimised at link time has no functions to lead away; it must say so.
#
# ZG_RUNS  how often (20);  BUILD  where the guard is
# Debian's libzmq.a is not for plugins, and not optimised at link time: for these rows its source is
# fetched by apt-get and built below $BUILD/libzmq, once; without network or cmake they are left out.
set -u
BUILD=$(realpath -m "${BUILD:-build}")
here=$(cd "$(dirname "$0")/../load" && pwd)
runs=${ZG_RUNS:-20}
export BUILD ZG_RUNS=$runs LC_ALL=C.UTF-8
ulimit -c 0

rows() {
    local language compiler level
    for language in 'c gcc' 'c clang' 'c++ g++' 'c++ clang++'; do
        for level in -O0 -O1 -O2 -O3 -Os; do
            printf '%s\n' "$language $level -fPIE -pie" "$language $level -fno-pie -no-pie"
        done
    done
    printf '%s\n' 'c gcc -O2 -flto' 'c++ g++ -O2 -flto' 'c clang -O2 -flto -fuse-ld=lld' \
        'debug-file gcc -O2' 'api-exported gcc -O2' 'rust rustc -O' 'rust rustc -Copt-level=0' \
        'libzmq-lto gcc -O2 -flto' 'plugin gcc -O2 -fno-lto' 'plugin clang -O0'
}

# What libzmq.a needs besides. Debian's norm.pc names a library that is another's business.
libs() {
    echo "-Wl,-Bstatic -lzmq -Wl,-Bdynamic $(pkg-config --static --libs libzmq | tr ' ' '\n' |
        grep -v -x -e -lzmq -e libprotokit.a | tr '\n' ' ')"
}

# Prints the archive that was built from source; fails where it cannot be.
from_source() {
    local dir=$BUILD/libzmq
    mkdir -p "$dir" && exec 8>"$dir/lock" && flock 8 || return # rows run side by side
    [ ! -e "$dir/b/lib/libzmq.a" ] || { echo "$dir/b/lib/libzmq.a"; return; }
    command -v cmake >/dev/null && command -v apt-get >/dev/null || return
    mkdir -p "$dir/apt"/{lists,cache/archives}/partial "$dir/apt/parts" && cd "$dir" || return
    local release mirror=${ZG_MIRROR:-http://deb.debian.org/debian}
    release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release main" \
        >apt/sources.list
    printf '%s;\n' "Dir::State::lists \"$dir/apt/lists\"" "Dir::Cache \"$dir/apt/cache\"" \
        "Dir::Etc::sourcelist \"$dir/apt/sources.list\"" \
        "Dir::Etc::sourceparts \"$dir/apt/parts\"" \
        'APT::Sandbox::User "root"' >apt/conf
    local flags='-O2 -fPIC -fvisibility=hidden -flto -ffat-lto-objects'
    { APT_CONFIG=$dir/apt/conf apt-get -q update &&
        APT_CONFIG=$dir/apt/conf apt-get -q --download-only source zeromq3 &&
        mkdir -p source && tar xf zeromq3_*.orig.tar.* -C source --strip-components=1 &&
        cmake -S source -B b -DBUILD_SHARED=OFF -DBUILD_TESTS=OFF -DWITH_PERF_TOOL=OFF \
            -DWITH_DOCS=OFF -DWITH_LIBBSD=OFF -DWITH_TLS=OFF -DENABLE_CPACK=OFF \
            -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS="$flags" -DCMAKE_CXX_FLAGS="$flags" \
            -DCMAKE_AR="$(command -v gcc-ar)" -DCMAKE_RANLIB="$(command -v gcc-ranlib)" &&
        make -C b "-j$(nproc)" libzmq-static; } >log 2>&1 || return
    echo "$dir/b/lib/libzmq.a"
}

# Stripped, with its debug file where distributions put them; fails where that cannot be written.
to_debug_file() {
    local id
    id=$(readelf -n program | sed -n 's/.*Build ID: //p')
    debug_file=/usr/lib/debug/.build-id/${id:0:2}/${id:2}.debug
    objcopy --only-keep-debug program program.debug && strip program &&
        mkdir -p "$(dirname "$debug_file")" 2>/dev/null &&
        cp program.debug "$debug_file" 2>/dev/null
}

# build ROW: makes the command that a run begins with, and names the kind of the race
build() {
    local language=$1 compiler=$2 archive all more=(-lstdc++ -lpthread -lsodium)
    shift 2
    command -v "$compiler" >/dev/null || return
    command=(./program) kind=cross-thread-use
    read -r -a all <<<"$(libs)"
    case $language in
    c++) "$compiler" -std=c++17 "$@" -g -o program "$here/kinds.cc" "${all[@]}" -lpthread ;;
    rust)
        kind=concurrent-use
        "$compiler" "$@" -o program "$here/kinds.rs" -C "link-args=${all[*]}"
        ;;
    libzmq-lto | plugin)
        archive=$(from_source) || return
        ;;&
    libzmq-lto) "$compiler" -D_GNU_SOURCE "$@" -o program "$here/kinds.c" "$archive" "${more[@]}" ;;
    plugin)
        command=(./host ./plugin.so)
        "$compiler" -D_GNU_SOURCE -DHOST -o host "$here/kinds.c" -ldl &&
            "$compiler" -D_GNU_SOURCE -DPLUGIN "$@" -g -shared -fPIC -fvisibility=hidden \
                -o plugin.so "$here/kinds.c" "$archive" -Wl,--exclude-libs,ALL "${more[@]}"
        ;;
    *)
        [ "$language" != api-exported ] || set -- "$@" "-Wl,--export-dynamic-symbol=zmq_*"
        [ "$language" != debug-file ] || set -- "$@" -Wl,--build-id
        "$compiler" -D_GNU_SOURCE "$@" -g -o program "$here/kinds.c" "${all[@]}" -lpthread
        ;;
    esac >log 2>&1 || return
    case $language in
    debug-file) to_debug_file ;;
    api-exported) strip program ;;
    esac
}

# count OPTIONS STATUS REGEX ARGUMENT…: how often the run ends so and says so ("": not a word)
count() {
    local options=$1 want=$2 regex=$3 good=0 i
    shift 3
    for ((i = 0; i < runs; i++)); do
        rm -f x.sock
        { timeout -k 5 60 env LD_PRELOAD="$BUILD/libzmqguard.so" ZMQGUARD_OPTIONS="$options" \
            "${command[@]}" "$@" >out 2>err </dev/null; } 2>/dev/null
        [ $? -eq "$want" ] || continue
        if [ -n "$regex" ]; then
            grep -qE "$regex" out err || continue
        elif grep -q libzmqguard out err; then
            continue
        fi
        good=$((good + 1))
    done
    [ "$good" -eq "$runs" ] || touch failed
    printf '%s/%s' "$good" "$runs"
}

row() { # WORD…
    local work=$1 debug_file='' command kind words
    shift
    cd "$(mktemp -d -p "$work")" || return
    read -r -a words <<<"$*"
    if ! build "${words[@]}"; then
        printf '%-36s left out: not here\n' "$*"
        return
    fi
    if [ "${words[0]}" = libzmq-lto ]; then
        printf '%-36s %7s told that it is not guarded\n' "$*" "$(count '' 0 'not guarded: ' right)"
        return
    fi
    printf '%-36s %7s %7s %7s %7s %7s\n' "$*" \
        "$(count symbolize=0 134 "^ERROR: libzmqguard: $kind: " wrong)" \
        "$(count '' 0 '' right)" \
        "$(count symbolize=0 134 '^ERROR: libzmqguard: ipc-world-writable: ' 0 "$PWD/x.sock")" \
        "$(count '' 0 '' 077 "$PWD/x.sock")" \
        "$(count harden=0600 0 '^600$' 0 "$PWD/x.sock")"
    [ -z "$debug_file" ] || rm -f "$debug_file"
}

if [ "${1-}" = --row ]; then
    shift
    row "$@"
    exit
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
printf '%-36s %7s %7s %7s %7s %7s\n' '' race twin ipc twin harden
rows | while read -r line; do
    # shellcheck disable=SC2053 # a pattern it is
    [[ $line != ${1-*} ]] || printf '%s\0' "$line"
done | xargs -0 -P "$(nproc)" -I{} bash "$0" --row "$work" {}
! find "$work" -name failed | grep -q .
