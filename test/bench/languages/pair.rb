# SPDX-License-Identifier: MPL-2.0
# pair.rb TIMES: send and recv of 8 bytes over an inproc PAIR by ffi-rzmq. Nanoseconds a pair.
require 'ffi-rzmq'

times = ARGV[0].to_i
context = ZMQ::Context.new
a = context.socket(ZMQ::PAIR)
b = context.socket(ZMQ::PAIR)
a.bind('inproc://x')
b.connect('inproc://x')
exchange = lambda do |n|
  text = ''
  n.times do
    a.send_string('12345678')
    b.recv_string(text)
  end
end
exchange.call(times / 10 + 1)
start = Process.clock_gettime(Process::CLOCK_THREAD_CPUTIME_ID)
exchange.call(times)
puts((Process.clock_gettime(Process::CLOCK_THREAD_CPUTIME_ID) - start) / times * 1e9)
