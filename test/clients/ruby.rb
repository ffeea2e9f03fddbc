# SPDX-License-Identifier: MPL-2.0
# libzmq by Ruby's FFI: one thread waits in recv, another sends on the same socket ("shared") or
# on its peer ("own").
require "ffi-rzmq"

context = ZMQ::Context.new
left = context.socket(ZMQ::PAIR)
right = context.socket(ZMQ::PAIR)
left.setsockopt(ZMQ::RCVTIMEO, 50_000)
left.bind("inproc://ruby")
right.connect("inproc://ruby")
waiter = Thread.new { left.recv_string(String.new) }
if ARGV[0] == "shared"
  while waiter.alive?
    left.send_string("x")
    sleep 0.01
  end
else
  100.times { right.send_string("x") }
end
waiter.join
left.close
right.close
context.terminate
