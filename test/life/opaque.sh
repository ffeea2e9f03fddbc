#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# policy=auto: beside objects whose synchronisation cannot be seen an unordered use is no error, and
# the exit summary says which. The same uses are reported elsewhere.
set -eu
: "${BUILD:?}" "${GUARD:?}"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cc=${CC:-cc}

cat >"$dir/main.c" <<'EOF'
#include "order.h"
#ifdef _OPENMP
#include <omp.h>
#endif
int extra(void) __attribute__((weak));
static void *run(void *socket)
{
    use(socket);
    reached(1);
    return NULL;
}
int main(void)
{
    void *context = zmq_ctx_new(), *socket = make_socket(context);
    pthread_t thread;
    int sum = extra ? extra() : 0;

#pragma omp parallel for reduction(+ : sum)
    for (int i = 0; i < 100; i++)
        sum += i;
    use(socket);
    pthread_create(&thread, NULL, run, socket);
    await(1);
    use(socket);
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
EOF
echo 'int extra(void) { return 1; }' >"$dir/extra.c"
cat >"$dir/omp.c" <<'EOF'
int extra(void)
{
    int sum = 0;
#pragma omp parallel for reduction(+ : sum)
    for (int i = 0; i < 100; i++)
        sum += i;
    return sum;
}
EOF
cat >"$dir/go.S" <<'EOF'
    .section .note.go.buildid, "a", %note
    .long 4, 4, 4
    .asciz "Go\0"
    .long 1
    .section .note.GNU-stack, "", %progbits
EOF

build() { # name flags…
    local name=$1
    shift
    "$cc" -D_GNU_SOURCE -Itest/prog -O1 -w -o "$dir/$name" "$dir/main.c" "$@" -lzmq -lpthread
}
run() { # name
    (cd "$dir" && LD_LIBRARY_PATH=$dir LD_PRELOAD=$GUARD ZMQGUARD_OPTIONS=summary=1:on_error=log \
        "./$1") >"$dir/out" 2>&1
}
expect() { # name policy why
    run "$1" || { echo "$1: failed"; cat "$dir/out"; exit 1; }
    grep -q "policy: $2, policy=auto: $3" "$dir/out" || { echo "$1: no \"$2, $3\""; cat "$dir/out"; exit 1; }
    if [ "$2" = suspect ]; then
        ! grep -q '^ERROR' "$dir/out" || { echo "$1: reported"; cat "$dir/out"; exit 1; }
    else
        grep -q '^ERROR: libzmqguard: cross-thread-use' "$dir/out" || { echo "$1: silent"; exit 1; }
    fi
}

build plain
expect plain fence "nothing here orders threads unseen"

"$cc" -shared -fPIC -o "$dir/libjvm.so" "$dir/extra.c"
build jvm -L"$dir" -Wl,--no-as-needed -ljvm
expect jvm suspect "the JVM in .*/libjvm.so"

build go "$dir/go.S"
expect go suspect "Go in .*/go"

# A futex call in a program's own code: through libc, and by the instruction. Another number is none.
cat >"$dir/futex.c" <<'EOF'
#include <sys/syscall.h>
#include <unistd.h>
int word;
int extra(void) { return (int)syscall(NUMBER, &word, 1 /* FUTEX_WAKE */, 1, 0, 0, 0); }
EOF
cat >"$dir/own.c" <<'EOF'
int word;
int extra(void)
{
#if defined(__x86_64__)
    long result;
    __asm__ volatile("mov $202, %%eax; syscall"
                     : "=a"(result) : "D"(&word), "S"(1), "d"(1) : "rcx", "r11", "memory");
    return (int)result;
#else
    register long number __asm__("x8"), result __asm__("x0") = (long)&word;
    register long op __asm__("x1") = 1, count __asm__("x2") = 1;
    __asm__ volatile("mov x8, #98; svc #0"
                     : "+r"(result), "=r"(number) : "r"(op), "r"(count) : "memory");
    return (int)result;
#endif
}
EOF
build through "$dir/futex.c" -DNUMBER=SYS_futex
expect through suspect "futex calls in .*/through"
build another "$dir/futex.c" -DNUMBER=SYS_getpid
expect another fence "nothing here"
build own "$dir/own.c"
expect own suspect "futex calls in .*/own"

# clang may come without the OpenMP library.
if build omp -fopenmp 2>/dev/null; then
    expect omp suspect "OpenMP in .*/omp"
    # A library's locks order the calls of others, whatever it imports of libzmq.
    "$cc" -shared -fPIC -fopenmp -o "$dir/libwork.so" "$dir/omp.c"
    build library -L"$dir" -Wl,--no-as-needed -lwork
    expect library suspect "OpenMP in "
fi

if command -v rustc >/dev/null && rustc --version >/dev/null 2>&1; then
    cat >"$dir/main.rs" <<'EOF'
use std::os::raw::{c_int, c_void};
#[link(name = "zmq")]
extern "C" {
    fn zmq_ctx_new() -> *mut c_void;
    fn zmq_socket(context: *mut c_void, kind: c_int) -> *mut c_void;
    fn zmq_send(socket: *mut c_void, data: *const c_void, len: usize, flags: c_int) -> c_int;
    fn zmq_close(socket: *mut c_void) -> c_int;
    fn zmq_ctx_term(context: *mut c_void) -> c_int;
}
fn main() {
    unsafe {
        let context = zmq_ctx_new();
        let socket = zmq_socket(context, 8) as usize;
        let (to, from) = std::sync::mpsc::channel();
        let (back, done) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let socket: usize = from.recv().unwrap();
            zmq_send(socket as *mut c_void, std::ptr::null(), 0, 1);
            back.send(socket).unwrap();
        });
        zmq_send(socket as *mut c_void, std::ptr::null(), 0, 1);
        to.send(socket).unwrap();
        zmq_close(done.recv().unwrap() as *mut c_void);
        thread.join().unwrap();
        zmq_ctx_term(context);
    }
}
EOF
    rustc -O -o "$dir/rust" "$dir/main.rs"
    expect rust suspect "Rust's standard library in .*/rust"
fi
