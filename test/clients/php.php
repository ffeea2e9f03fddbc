<?php
// SPDX-License-Identifier: MPL-2.0
// php-zmq: request and reply in one process, with poll.
$context = new ZMQContext();
$rep = $context->getSocket(ZMQ::SOCKET_REP);
$req = $context->getSocket(ZMQ::SOCKET_REQ);
$rep->bind("inproc://php");
$req->connect("inproc://php");
$poll = new ZMQPoll();
$poll->add($rep, ZMQ::POLL_IN);
for ($i = 0; $i < 100; $i++) {
    $req->send("question");
    $readable = $writable = [];
    if ($poll->poll($readable, $writable, 5000) != 1) exit(1);
    if ($rep->recv() != "question") exit(1);
    $rep->send("answer");
    if ($req->recv() != "answer") exit(1);
}
