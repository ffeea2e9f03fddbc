// SPDX-License-Identifier: MPL-2.0
// A pool of Java's threads hands a socket round by a queue, and shares another under a monitor.
import java.util.concurrent.SynchronousQueue;
import org.zeromq.ZMQ;

public class Pool {
    public static void main(String[] arguments) throws Exception {
        ZMQ.Context context = ZMQ.context(1);
        SynchronousQueue<ZMQ.Socket> there = new SynchronousQueue<>(), back = new SynchronousQueue<>();
        ZMQ.Socket shared = context.socket(ZMQ.PUB), passed = context.socket(ZMQ.PUB);
        Thread thread = new Thread(() -> {
            try {
                for (int i = 0; i < 20; i++) {
                    ZMQ.Socket socket = there.take();
                    socket.send("x", ZMQ.NOBLOCK);
                    back.put(socket);
                    synchronized (shared) { shared.send("x", ZMQ.NOBLOCK); }
                }
            } catch (InterruptedException e) {
                System.exit(1);
            }
        });
        thread.start();
        for (int i = 0; i < 20; i++) {
            passed.send("x", ZMQ.NOBLOCK);
            there.put(passed);
            synchronized (shared) { shared.send("x", ZMQ.NOBLOCK); }
            passed = back.take();
        }
        thread.join();
        passed.close();
        shared.close();
        context.term();
    }
}
