// SPDX-License-Identifier: MPL-2.0
// Two goroutines use one socket 20 to 60 ms apart; "right": under a mutex.
package main

/*
#cgo LDFLAGS: -lzmq
#include <stdlib.h>
#include <zmq.h>
*/
import "C"
import (
	"math/rand"
	"os"
	"strconv"
	"sync"
	"time"
	"unsafe"
)

func main() {
	locks, uses, seed := os.Args[1] == "right", 60, os.Getpid()
	if len(os.Args) > 2 {
		uses, _ = strconv.Atoi(os.Args[2])
	}
	if len(os.Args) > 3 {
		seed, _ = strconv.Atoi(os.Args[3])
	}
	context := C.zmq_ctx_new()
	socket := C.zmq_socket(context, C.ZMQ_PUB)
	text := C.CString("x")
	var lock sync.Mutex
	var done sync.WaitGroup
	run := func(number int) {
		pauses := rand.New(rand.NewSource(int64(2*seed + number)))
		for i := 0; i < uses; i++ {
			if locks {
				lock.Lock()
			}
			C.zmq_send(socket, unsafe.Pointer(text), 1, 1)
			if locks {
				lock.Unlock()
			}
			time.Sleep(time.Duration(20+pauses.Intn(40)) * time.Millisecond)
		}
		done.Done()
	}
	done.Add(2)
	go run(0)
	go run(1)
	done.Wait()
	C.zmq_close(socket)
	C.zmq_ctx_term(context)
}
