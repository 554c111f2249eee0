package io.quantfleet.cli.stack;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.cli.CliException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * The loopback ports of one stack, by name, in a file of its data directory: a port once chosen is used again, so that
 * those who were told an address find the stack there after a restart. Not for use by several threads.
 */
final class PortBook {
    // Below the range from which systems take ports for outgoing connections.
    private static final int LOWEST = 20_000;
    private static final int HIGHEST = 29_999;
    private static final int TRIES = 200;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final RandomGenerator random;
    private final Map<String, Integer> ports;
    private final Set<Integer> given = new HashSet<>();

    private PortBook(Path file, RandomGenerator random, Map<String, Integer> ports) {
        this.file = file;
        this.random = random;
        this.ports = ports;
    }

    /** Reads the book; a missing file is an empty book. */
    static PortBook open(Path file, RandomGenerator random) {
        try {
            Map<String, Integer> ports =
                    Files.exists(file) ? JSON.readValue(file.toFile(), new TypeReference<>() {}) : new TreeMap<>();
            return new PortBook(file, random, new TreeMap<>(ports));
        } catch (IOException e) {
            throw new CliException("can't read the ports in " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * The port called {@code name}: the wanted one, else the one in the book, else a free one, which is then in the book.
     *
     * @throws CliException if the wanted port or the one in the book is taken
     */
    int port(String name, OptionalInt wanted) {
        if (wanted.isPresent()) {
            return record(name, requireFree(name, wanted.getAsInt(), "; free it or choose another"));
        }
        Optional<Integer> known = Optional.ofNullable(ports.get(name));
        if (known.isPresent()) {
            return record(
                    name,
                    requireFree(
                            name,
                            known.get(),
                            ", and this stack used it before: free it, or delete " + file + " to choose new ports"));
        }
        return record(name, freePort());
    }

    /** The port called {@code name}, as {@link #port(String, OptionalInt)} with none wanted. */
    int port(String name) {
        return port(name, OptionalInt.empty());
    }

    private int record(String name, int port) {
        ports.put(name, port);
        given.add(port);
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            JSON.writerWithDefaultPrettyPrinter().writeValue(temporary.toFile(), ports);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new CliException("can't write the ports to " + file + ": " + e.getMessage(), e);
        }
        return port;
    }

    private int requireFree(String name, int port, String remedy) {
        if (port < 1 || port > 65_535) {
            throw new CliException("not a port for " + name + ": " + port);
        }
        if (!isFree(port)) {
            throw new CliException("port " + port + " for " + name + " is taken" + remedy);
        }
        return port;
    }

    private int freePort() {
        for (int i = 0; i < TRIES; i++) {
            int port = random.nextInt(LOWEST, HIGHEST + 1);
            if (!given.contains(port) && !ports.containsValue(port) && isFree(port)) {
                return port;
            }
        }
        throw new CliException("no free port between " + LOWEST + " and " + HIGHEST);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
