// SPDX-License-Identifier: MPL-2.0
// syscalls_worker.js TIMES: exchanges of 8 bytes over an inproc PAIR by zeromq.js in a worker
// thread.
const { Worker, isMainThread, workerData } = require('worker_threads');

async function exchange(times) {
  const zmq = require('zeromq');
  const context = new zmq.Context();
  const a = new zmq.Pair({ context }), b = new zmq.Pair({ context });

  await a.bind('inproc://x');
  b.connect('inproc://x');
  for (let i = 0; i < times; i++) {
    await a.send('12345678');
    await b.receive();
  }
  a.close();
  b.close();
}

if (isMainThread)
  new Worker(__filename, { workerData: Number(process.argv[2]) });
else
  exchange(workerData);
