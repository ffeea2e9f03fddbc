# SPDX-License-Identifier: MPL-2.0
# libzmq through Perl's FFI. wrong: the child of a fork uses its parent's socket.
use strict;
use warnings;
use POSIX ();
use ZMQ::FFI;
use ZMQ::FFI::Constants qw(ZMQ_PAIR ZMQ_DONTWAIT);

my $context = ZMQ::FFI->new();
my $peer    = $context->socket(ZMQ_PAIR);
my $shared  = $context->socket(ZMQ_PAIR);
$peer->bind('inproc://languages');
$shared->connect('inproc://languages');
$shared->send('x');

my $child = fork();
if ($child == 0) {
    $shared->send('y', ZMQ_DONTWAIT) if $ARGV[0] eq 'wrong';
    POSIX::_exit(0);
}
waitpid($child, 0);
kill($? & 127, $$) if $? & 127;
die 'no message' if $peer->recv() ne 'x';
