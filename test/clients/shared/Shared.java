// SPDX-License-Identifier: MPL-2.0
// Two threads use one socket 20 to 60 ms apart; "right": under a monitor.
import java.util.concurrent.ThreadLocalRandom;
import org.zeromq.ZMQ;

public class Shared {
    static void run(ZMQ.Socket socket, boolean locks, int uses) {
        try {
            for (int i = 0; i < uses; i++) {
                if (locks) {
                    synchronized (socket) { socket.send("x", ZMQ.NOBLOCK); }
                } else {
                    socket.send("x", ZMQ.NOBLOCK);
                }
                Thread.sleep(ThreadLocalRandom.current().nextInt(20, 60));
            }
        } catch (InterruptedException e) {
            System.exit(1);
        }
    }

    public static void main(String[] arguments) throws Exception {
        boolean locks = arguments[0].equals("right");
        int uses = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 60;
        ZMQ.Context context = ZMQ.context(1);
        ZMQ.Socket socket = context.socket(ZMQ.PUB);
        Thread thread = new Thread(() -> run(socket, locks, uses));
        thread.start();
        run(socket, locks, uses);
        thread.join();
        socket.close();
        context.term();
    }
}
