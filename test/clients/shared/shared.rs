// SPDX-License-Identifier: MPL-2.0
// Two threads use one socket 20 to 60 ms apart; "right": under a Mutex.
use std::os::raw::{c_int, c_void};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
#[link(name = "zmq")]
extern "C" {
    fn zmq_ctx_new() -> *mut c_void;
    fn zmq_socket(context: *mut c_void, kind: c_int) -> *mut c_void;
    fn zmq_send(socket: *mut c_void, data: *const c_void, len: usize, flags: c_int) -> c_int;
    fn zmq_close(socket: *mut c_void) -> c_int;
    fn zmq_ctx_term(context: *mut c_void) -> c_int;
}
fn run(socket: usize, lock: Arc<Mutex<()>>, locks: bool, uses: usize) {
    for _ in 0..uses {
        let guard = if locks { Some(lock.lock().unwrap()) } else { None };
        unsafe { zmq_send(socket as *mut c_void, std::ptr::null(), 0, 1) };
        drop(guard);
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let some = (now.subsec_nanos() / 1000 % 40) as u64;
        std::thread::sleep(Duration::from_millis(20 + some));
    }
}
fn main() {
    let words: Vec<String> = std::env::args().collect();
    let locks = words[1] == "right";
    let uses = if words.len() > 2 { words[2].parse().unwrap() } else { 60 };
    let lock = Arc::new(Mutex::new(()));
    unsafe {
        let context = zmq_ctx_new();
        let socket = zmq_socket(context, 1) as usize;
        let other = lock.clone();
        let thread = std::thread::spawn(move || run(socket, other, locks, uses));
        run(socket, lock, locks, uses);
        thread.join().unwrap();
        zmq_close(socket as *mut c_void);
        zmq_ctx_term(context);
    }
}
