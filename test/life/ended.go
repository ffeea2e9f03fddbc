// SPDX-License-Identifier: MPL-2.0
// A Go program that uses libzmq, says so and waits: Go's runtime has handlers of its own, and in the
// end leaves the signal to the kernel. Or it ends itself: ended return, exit, many (threads call
// os.Exit at once), panic; "unused" returns without having called libzmq.
package main

/*
#cgo LDFLAGS: -lzmq
#include <zmq.h>
*/
import "C"

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

func end(way string) {
	switch way {
	case "exit":
		os.Exit(7)
	case "many":
		for i := 0; i < 8; i++ {
			go os.Exit(7)
		}
	case "panic":
		panic("on purpose")
	case "return":
		return
	}
	time.Sleep(time.Hour)
}

func main() {
	way := ""
	if len(os.Args) > 1 {
		way = os.Args[1]
	}
	if way == "unused" {
		return
	}
	syscall.Umask(0077)
	s := C.zmq_socket(C.zmq_ctx_new(), C.ZMQ_PULL)
	C.zmq_bind(s, C.CString("ipc://x"))
	fmt.Println("ready")
	end(way)
}
