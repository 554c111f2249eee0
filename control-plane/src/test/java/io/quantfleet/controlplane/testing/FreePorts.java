package io.quantfleet.controlplane.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Random;

/**
 * Ports that are free now, and that stay free while nobody listens on them: below the range from which systems take
 * ports for connections, and drawn at random, for other tests draw too.
 */
public final class FreePorts {
    private static final int LOWEST = 15_000;
    private static final int HIGHEST = 30_000;
    private static final int ATTEMPTS = 100;
    private static final Random RANDOM = new Random();

    private FreePorts() {}

    public static int next() {
        IllegalStateException none = new IllegalStateException("no free port in " + ATTEMPTS + " attempts");
        for (int i = 0; i < ATTEMPTS; i++) {
            int port = LOWEST + RANDOM.nextInt(HIGHEST - LOWEST);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                none.addSuppressed(taken);
            }
        }
        throw none;
    }
}
