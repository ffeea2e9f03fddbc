// SPDX-License-Identifier: MPL-2.0
// Two threads use one socket 20 to 60 ms apart; "right": under a Mutex.
use std::os::raw::{c_int, c_void};
use std::sync::{Arc, Mutex};
use std::time::Duration;
#[link(name = "zmq")]
extern "C" {
    fn zmq_ctx_new() -> *mut c_void;
    fn zmq_socket(context: *mut c_void, kind: c_int) -> *mut c_void;
    fn zmq_send(socket: *mut c_void, data: *const c_void, len: usize, flags: c_int) -> c_int;
    fn zmq_close(socket: *mut c_void) -> c_int;
    fn zmq_ctx_term(context: *mut c_void) -> c_int;
}
fn run(socket: usize, lock: Arc<Mutex<()>>, locks: bool, uses: usize, seed: u64) {
    let mut state = seed;
    for _ in 0..uses {
        let guard = if locks { Some(lock.lock().unwrap()) } else { None };
        unsafe { zmq_send(socket as *mut c_void, std::ptr::null(), 0, 1) };
        drop(guard);
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        std::thread::sleep(Duration::from_millis(20 + (state >> 33) % 40));
    }
}
fn main() {
    let words: Vec<String> = std::env::args().collect();
    let locks = words[1] == "right";
    let uses = if words.len() > 2 { words[2].parse().unwrap() } else { 60 };
    let seed = if words.len() > 3 { words[3].parse().unwrap() } else { std::process::id() as u64 };
    let lock = Arc::new(Mutex::new(()));
    unsafe {
        let context = zmq_ctx_new();
        let socket = zmq_socket(context, 1) as usize;
        let other = lock.clone();
        let thread = std::thread::spawn(move || run(socket, other, locks, uses, 2 * seed));
        run(socket, lock, locks, uses, 2 * seed + 1);
        thread.join().unwrap();
        zmq_close(socket as *mut c_void);
        zmq_ctx_term(context);
    }
}
