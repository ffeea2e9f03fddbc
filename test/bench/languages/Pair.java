// SPDX-License-Identifier: MPL-2.0
// Pair [locks] TIMES: send and recv of 8 bytes over an inproc PAIR by jzmq (JNI); with "locks" the
// lives of locks, too. Nanoseconds a pair.
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.zeromq.ZMQ;

public class Pair {
    private static void exchange(ZMQ.Socket a, ZMQ.Socket b, int times) {
        byte[] bytes = "12345678".getBytes();

        for (int i = 0; i < times; i++) {
            a.send(bytes, 0);
            b.recv(0);
        }
    }

    private static void locks(int times) {
        for (int i = 0; i < times; i++) {
            ReentrantLock lock = new ReentrantLock();

            lock.lock();
            lock.unlock();
            new Semaphore(1).acquireUninterruptibly();
            synchronized (lock) {
            }
        }
    }

    public static void main(String[] args) {
        int times = Integer.parseInt(args[args.length - 1]);
        ZMQ.Context context = ZMQ.context(1);
        ZMQ.Socket a = context.socket(ZMQ.PAIR);
        ZMQ.Socket b = context.socket(ZMQ.PAIR);

        a.bind("inproc://x");
        b.connect("inproc://x");
        exchange(a, b, times / 2 + 1); // the compiler's part
        long start = System.nanoTime();
        exchange(a, b, times);
        locks(args.length > 1 ? times : 0);
        System.out.println((double) (System.nanoTime() - start) / times);
        a.close();
        b.close();
        context.term();
    }
}
