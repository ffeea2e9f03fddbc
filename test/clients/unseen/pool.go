// SPDX-License-Identifier: MPL-2.0
// A pool of goroutines hands a socket round by a channel, and shares another under a mutex.
package main

/*
#cgo LDFLAGS: -lzmq
#include <stdlib.h>
#include <zmq.h>
*/
import "C"
import (
	"runtime"
	"sync"
	"unsafe"
)

func main() {
	context := C.zmq_ctx_new()
	passed, shared := C.zmq_socket(context, C.ZMQ_PUB), C.zmq_socket(context, C.ZMQ_PUB)
	text := C.CString("x")
	use := func(socket unsafe.Pointer) { C.zmq_send(socket, unsafe.Pointer(text), 1, 1) }
	turn := make(chan unsafe.Pointer, 1)
	var lock sync.Mutex
	var done sync.WaitGroup
	for i := 0; i < 4; i++ {
		done.Add(1)
		go func() {
			runtime.LockOSThread()
			for k := 0; k < 10; k++ {
				socket := <-turn
				use(socket)
				turn <- socket
				lock.Lock()
				use(shared)
				lock.Unlock()
			}
			done.Done()
		}()
	}
	use(passed)
	turn <- passed
	done.Wait()
	C.zmq_close(<-turn)
	C.zmq_close(shared)
	C.zmq_ctx_term(context)
}
