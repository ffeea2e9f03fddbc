// SPDX-License-Identifier: MPL-2.0
// npm's zeromq, whose addon carries libzmq: node node.js workers|clone|proxy|proxy-wrong|UMASK FILE
"use strict";
const { Worker, isMainThread, parentPort, workerData } = require("worker_threads");
const fs = require("fs");
const zmq = require("zeromq");

async function exchange(name) {
  const push = new zmq.Push(), pull = new zmq.Pull();
  await push.bind(name);
  pull.connect(name);
  for (let i = 0; i < 100; i++) {
    await push.send("x");
    await pull.receive();
  }
  push.close();
  pull.close();
}

function worker(data) {
  return new Promise((done, failed) => {
    const w = new Worker(__filename, { workerData: data });
    let said;
    w.on("message", (m) => (said = m)).on("error", failed).on("exit", () => done(said));
  });
}

// Three threads with sockets of their own.
async function workers() {
  await Promise.all([exchange("inproc://main"), worker({ name: "inproc://a" }), worker({ name: "inproc://b" })]);
}

// A socket that is given to a worker arrives as an object without a handle: two threads of JavaScript
// cannot share one.
async function clone() {
  const socket = new zmq.Push();
  console.log(await worker({ socket }));
  socket.close();
}

// A proxy uses its sockets in a thread of libuv's. The addon refuses to send on them meanwhile, but
// lets options be set.
async function proxy(wrong) {
  const front = new zmq.Router(), back = new zmq.Dealer();
  await front.bind("inproc://front");
  await back.bind("inproc://back");
  const between = new zmq.Proxy(front, back), ends = between.run();
  const request = new zmq.Request(), reply = new zmq.Reply();
  request.connect("inproc://front");
  reply.connect("inproc://back");
  for (let i = 0; i < 3; i++) {
    await request.send("x");
    await reply.send(await reply.receive());
    await request.receive();
  }
  if (wrong) front.maxMessageSize = 1000;
  between.terminate();
  await ends;
  request.close();
  reply.close();
}

async function ipc(mask, file) {
  const socket = new zmq.Pull();
  process.umask(parseInt(mask, 8));
  await socket.bind("ipc://" + file);
  console.log((fs.statSync(file).mode & 0o777).toString(8));
  socket.close();
}

async function main([mode, file]) {
  if (file !== undefined) return ipc(mode, file);
  if (mode === "workers") return workers();
  if (mode === "clone") return clone();
  return proxy(mode === "proxy-wrong");
}

if (isMainThread) main(process.argv.slice(2));
else if (workerData.name) exchange(workerData.name);
else parentPort.postMessage(typeof workerData.socket.send);
