<?php
// A parent receives what its child sends: by the child's own context (right), on the parent's socket
// (wrong), or by what looks like an own context but is the parent's, because php-zmq's contexts are
// persistent unless one says no (persistent). The argument says which.
$context = new ZMQContext();
$pull = $context->getSocket(ZMQ::SOCKET_PULL);
$pull->bind('tcp://127.0.0.1:*');
$endpoint = $pull->getSockOpt(ZMQ::SOCKOPT_LAST_ENDPOINT);
$push = $context->getSocket(ZMQ::SOCKET_PUSH);
$push->connect($endpoint);
$child = pcntl_fork();
if ($child === 0) {
    if ($argv[1] !== 'wrong') {
        $own = new ZMQContext(1, $argv[1] === 'persistent');
        $push = $own->getSocket(ZMQ::SOCKET_PUSH);
        $push->connect($endpoint);
        $push->send('hello');
    } else {
        try {
            $push->send('hello', ZMQ::MODE_DONTWAIT);
        } catch (ZMQSocketException $e) {
        }
    }
    exit(0);
}
if ($argv[1] === 'right' && $pull->recv() !== 'hello') {
    exit(1);
}
pcntl_waitpid($child, $status);
exit(pcntl_wifsignaled($status) ? 128 + pcntl_wtermsig($status) : pcntl_wexitstatus($status));
