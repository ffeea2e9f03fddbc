// SPDX-License-Identifier: MPL-2.0
// pair [locks] TIMES: send and recv of 8 bytes over an inproc PAIR by cgo; with "locks" the lives of
// locks, too. Nanoseconds a pair.
package main

/*
#cgo LDFLAGS: -lzmq
#include <stdlib.h>
#include <zmq.h>
*/
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// Go's runtime interrupts a thread that is long in one place, by a signal.
func failed(rc C.int) bool {
	if rc >= 0 {
		return false
	}
	if C.zmq_errno() != C.int(syscall.EINTR) {
		panic(C.GoString(C.zmq_strerror(C.zmq_errno())))
	}
	return true
}

func exchange(a, b unsafe.Pointer, times int) {
	out := C.CString("12345678")
	in := C.malloc(8)

	for i := 0; i < times; i++ {
		for failed(C.zmq_send(a, unsafe.Pointer(out), 8, 0)) {
		}
		for failed(C.zmq_recv(b, in, 8, 0)) {
		}
	}
}

var lock *sync.Mutex // on the heap

func locks(times int) {
	for i := 0; i < times; i++ {
		lock = new(sync.Mutex)
		lock.Lock()
		lock.Unlock()
		turn := make(chan int, 1)
		turn <- i
		<-turn
	}
}

func main() {
	runtime.LockOSThread()
	times, _ := strconv.Atoi(os.Args[len(os.Args)-1])
	context := C.zmq_ctx_new()
	a := C.zmq_socket(context, C.ZMQ_PAIR)
	b := C.zmq_socket(context, C.ZMQ_PAIR)
	endpoint := C.CString("inproc://x")

	C.zmq_bind(a, endpoint)
	C.zmq_connect(b, endpoint)
	exchange(a, b, times/10+1)
	start := time.Now()
	exchange(a, b, times)
	if len(os.Args) > 2 {
		locks(times)
	}
	fmt.Println(float64(time.Since(start).Nanoseconds()) / float64(times))
	C.zmq_close(a)
	C.zmq_close(b)
	C.zmq_ctx_term(context)
}
