// SPDX-License-Identifier: MPL-2.0
// A socket goes through a channel of Rust's to a thread and back, and is shared under a Mutex.
use std::os::raw::{c_int, c_void};
use std::sync::{mpsc, Arc, Mutex};
#[link(name = "zmq")]
extern "C" {
    fn zmq_ctx_new() -> *mut c_void;
    fn zmq_socket(context: *mut c_void, kind: c_int) -> *mut c_void;
    fn zmq_send(socket: *mut c_void, data: *const c_void, len: usize, flags: c_int) -> c_int;
    fn zmq_close(socket: *mut c_void) -> c_int;
    fn zmq_ctx_term(context: *mut c_void) -> c_int;
}
fn send(socket: usize) {
    unsafe { zmq_send(socket as *mut c_void, std::ptr::null(), 0, 1) };
}
fn main() {
    unsafe {
        let context = zmq_ctx_new();
        let (to, from) = mpsc::channel::<usize>();
        let (back, done) = mpsc::channel::<usize>();
        let shared = Arc::new(Mutex::new(zmq_socket(context, 1) as usize));
        let also = shared.clone();
        let thread = std::thread::spawn(move || {
            for socket in from {
                send(socket);
                back.send(socket).unwrap();
                send(*also.lock().unwrap());
            }
        });
        let mut socket = zmq_socket(context, 1) as usize;
        for _ in 0..20 {
            send(socket);
            to.send(socket).unwrap();
            send(*shared.lock().unwrap());
            socket = done.recv().unwrap();
        }
        drop(to);
        thread.join().unwrap();
        zmq_close(socket as *mut c_void);
        zmq_close(*shared.lock().unwrap() as *mut c_void);
        zmq_ctx_term(context);
    }
}
