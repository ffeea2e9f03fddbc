# SPDX-License-Identifier: MPL-2.0
# libzmq through Ruby's FFI.
require 'ffi-rzmq'

POLLS = %w[7 271 73].freeze # poll and ppoll of x86-64, ppoll of aarch64

context = ZMQ::Context.new
peer = context.socket(ZMQ::PAIR)
shared = context.socket(ZMQ::PAIR)
peer.bind('inproc://languages')
shared.connect('inproc://languages')
thread = Thread.new { shared.recv_string(+'') }
# Ruby's own threads poll too, so: until the thread's system call stays the same poll.
seen = 0
while seen < 50
  calls = Dir.glob('/proc/self/task/*/comm').map do |comm|
    next if File.read(comm).start_with?('ZMQbg') || comm.include?("/#{Process.pid}/")

    File.read(comm.sub('comm', 'syscall')).split.first
  end
  seen = calls.compact.any? { |c| POLLS.include?(c) } ? seen + 1 : 0
  sleep 0.001
end
(ARGV[0] == 'wrong' ? shared : peer).send_string('x')
thread.join
shared.close
peer.close
context.terminate
