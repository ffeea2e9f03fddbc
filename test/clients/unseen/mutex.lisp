;;; SPDX-License-Identifier: MPL-2.0
;;; Two threads of SBCL take turns under a mutex.
(load-shared-object "libzmq.so.5")
(defvar *context* (alien-funcall (extern-alien "zmq_ctx_new" (function system-area-pointer))))
(defvar *socket* (alien-funcall (extern-alien "zmq_socket" (function system-area-pointer
                                                             system-area-pointer int))
                                *context* 1))
(defvar *lock* (sb-thread:make-mutex))
(defun run ()
  (dotimes (i 20)
    (sb-thread:with-mutex (*lock*)
      (alien-funcall (extern-alien "zmq_send" (function int system-area-pointer
                                                system-area-pointer unsigned-long int))
                     *socket* (sb-sys:int-sap 0) 0 1))
    (sb-thread:thread-yield)))
(let ((thread (sb-thread:make-thread #'run)))
  (run)
  (sb-thread:join-thread thread))
(alien-funcall (extern-alien "zmq_close" (function int system-area-pointer)) *socket*)
(alien-funcall (extern-alien "zmq_ctx_term" (function int system-area-pointer)) *context*)
(exit :code 0 :abort t)
