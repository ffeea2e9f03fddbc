// SPDX-License-Identifier: MPL-2.0
// A Go program that uses libzmq, says so and waits: Go's runtime has handlers of its own, and in the
// end leaves the signal to the kernel.
package main

/*
#cgo LDFLAGS: -lzmq
#include <zmq.h>
*/
import "C"

import (
	"fmt"
	"syscall"
	"time"
)

func main() {
	syscall.Umask(0077)
	s := C.zmq_socket(C.zmq_ctx_new(), C.ZMQ_PULL)
	C.zmq_bind(s, C.CString("ipc://x"))
	fmt.Println("ready")
	time.Sleep(time.Hour)
}
