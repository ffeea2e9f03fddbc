// SPDX-License-Identifier: MPL-2.0
// kinds.c in Rust. Its locks are its own, so that only two calls at the same moment prove a fault: the
// wrong one sends on a socket in which another thread waits.
use std::ffi::CString;
use std::os::raw::{c_char, c_int, c_void};
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicI32, Ordering};
use std::{env, fs, process, ptr, thread};

const PAIR: c_int = 0;
const PULL: c_int = 7;

extern "C" {
    fn zmq_ctx_new() -> *mut c_void;
    fn zmq_ctx_term(context: *mut c_void) -> c_int;
    fn zmq_socket(context: *mut c_void, kind: c_int) -> *mut c_void;
    fn zmq_close(socket: *mut c_void) -> c_int;
    fn zmq_bind(socket: *mut c_void, endpoint: *const c_char) -> c_int;
    fn zmq_connect(socket: *mut c_void, endpoint: *const c_char) -> c_int;
    fn zmq_send(socket: *mut c_void, data: *const u8, len: usize, flags: c_int) -> c_int;
    fn zmq_recv(socket: *mut c_void, data: *mut u8, len: usize, flags: c_int) -> c_int;
    fn umask(mask: u32) -> u32;
    fn gettid() -> c_int;
}

static WAITER: AtomicI32 = AtomicI32::new(0);

// Does it sleep in poll() or ppoll(), as who waits in zmq_recv() does?
fn sleeps(thread: i32) -> bool {
    let call = fs::read_to_string(format!("/proc/self/task/{thread}/syscall")).unwrap_or_default();
    thread != 0 && ["7", "271", "73"].contains(&call.split(' ').next().unwrap_or(""))
}

unsafe fn misuse(wrong: bool) {
    let name = CString::new("inproc://misuse").unwrap();
    let context = zmq_ctx_new();
    let peer = zmq_socket(context, PAIR);
    let shared = zmq_socket(context, PAIR);
    zmq_bind(peer, name.as_ptr());
    zmq_connect(shared, name.as_ptr());
    let handle = shared as usize;
    let waiter = thread::spawn(move || {
        let mut byte = 0u8;
        WAITER.store(gettid(), Ordering::SeqCst);
        zmq_recv(handle as *mut c_void, &mut byte, 1, 0);
    });
    while !sleeps(WAITER.load(Ordering::SeqCst)) {
        thread::yield_now();
    }
    if wrong {
        zmq_send(shared, b"1".as_ptr(), 1, 0);
    }
    zmq_send(peer, b"1".as_ptr(), 1, 0);
    waiter.join().unwrap();
    zmq_close(shared);
    zmq_close(peer);
    zmq_ctx_term(context);
}

unsafe fn bind_ipc(mask: u32, file: &str) {
    let endpoint = CString::new(format!("ipc://{file}")).unwrap();
    let context = zmq_ctx_new();
    let socket = zmq_socket(context, PULL);
    umask(mask);
    if socket == ptr::null_mut() || zmq_bind(socket, endpoint.as_ptr()) != 0 {
        process::exit(1);
    }
    println!("{:o}", fs::metadata(file).unwrap().permissions().mode() & 0o777);
    zmq_close(socket);
    zmq_ctx_term(context);
}

fn main() {
    let args: Vec<String> = env::args().collect();
    unsafe {
        match args.len() {
            3 => bind_ipc(u32::from_str_radix(&args[1], 8).unwrap(), &args[2]),
            _ => misuse(args[1] == "wrong"),
        }
    }
}
