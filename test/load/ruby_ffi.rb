# SPDX-License-Identifier: MPL-2.0
# libzmq through Ruby's FFI.
require 'ffi-rzmq'

POLLS = %w[7 271 73].freeze # poll and ppoll of x86-64, ppoll of aarch64

context = ZMQ::Context.new
peer = context.socket(ZMQ::PAIR)
shared = context.socket(ZMQ::PAIR)
peer.bind('inproc://languages')
shared.connect('inproc://languages')
tid = nil
thread = Thread.new do
  tid = Thread.current.native_thread_id if Thread.current.respond_to?(:native_thread_id) # Ruby 3.1
  tid ||= 0
  shared.recv_string(+'')
end
sleep 0.001 until tid

# Before Ruby 3.1 any thread's: Ruby's own poll too, so until a system call stays the same poll.
def polls?(tid)
  tasks = tid.zero? ? Dir.glob('/proc/self/task/*') : ["/proc/self/task/#{tid}"]
  calls = tasks.map do |task|
    next if File.read("#{task}/comm").start_with?('ZMQbg') || task.end_with?("/#{Process.pid}")

    File.read("#{task}/syscall").split.first
  end
  calls.compact.any? { |c| POLLS.include?(c) }
end
seen = 0
while seen < 50
  seen = polls?(tid) ? seen + 1 : 0
  sleep 0.001
end
(ARGV[0] == 'wrong' ? shared : peer).send_string('x')
thread.join
shared.close
peer.close
context.terminate
