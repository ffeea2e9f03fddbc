# SPDX-License-Identifier: MPL-2.0
# libzmq by Perl's FFI: messages between two sockets of one thread.
use strict;
use warnings;
use ZMQ::FFI qw(ZMQ_PUSH ZMQ_PULL);

my $context = ZMQ::FFI->new();
my $pull = $context->socket(ZMQ_PULL);
my $push = $context->socket(ZMQ_PUSH);
$pull->bind("inproc://perl");
$push->connect("inproc://perl");
for my $i (1 .. 100) {
    $push->send("message $i");
    die unless $pull->recv() eq "message $i";
}
$push->close();
$pull->close();
