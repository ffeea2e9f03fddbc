// SPDX-License-Identifier: MPL-2.0
// Two threads use one socket 20 to 60 ms apart; "right": under a monitor.
import java.util.Random;
import org.zeromq.ZMQ;

public class Shared {
    static void run(ZMQ.Socket socket, boolean locks, int uses, long seed) {
        Random pauses = new Random(seed);
        try {
            for (int i = 0; i < uses; i++) {
                if (locks) {
                    synchronized (socket) { socket.send("x", ZMQ.NOBLOCK); }
                } else {
                    socket.send("x", ZMQ.NOBLOCK);
                }
                Thread.sleep(20 + pauses.nextInt(40));
            }
        } catch (InterruptedException e) {
            System.exit(1);
        }
    }

    public static void main(String[] arguments) throws Exception {
        boolean locks = arguments[0].equals("right");
        int uses = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 60;
        long seed = arguments.length > 2 ? Long.parseLong(arguments[2]) : System.nanoTime();
        ZMQ.Context context = ZMQ.context(1);
        ZMQ.Socket socket = context.socket(ZMQ.PUB);
        Thread thread = new Thread(() -> run(socket, locks, uses, 2 * seed));
        thread.start();
        run(socket, locks, uses, 2 * seed + 1);
        thread.join();
        socket.close();
        context.term();
    }
}
