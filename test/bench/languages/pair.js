// SPDX-License-Identifier: MPL-2.0
// pair.js TIMES: send and receive of 8 bytes over an inproc PAIR by zeromq.js, whose addon carries
// a libzmq of its own. Nanoseconds a pair.
const zmq = require('zeromq');

async function exchange(a, b, times) {
  for (let i = 0; i < times; i++) {
    await a.send('12345678');
    await b.receive();
  }
}

async function main(times) {
  const a = new zmq.Pair(), b = new zmq.Pair();

  await a.bind('inproc://x');
  b.connect('inproc://x');
  await exchange(a, b, times / 2 + 1);
  const start = process.cpuUsage(), cpu = () => Object.values(process.cpuUsage(start));
  await exchange(a, b, times);
  console.log(cpu().reduce((x, y) => x + y) * 1000 / times);
  a.close();
  b.close();
}

main(Number(process.argv[2]));
