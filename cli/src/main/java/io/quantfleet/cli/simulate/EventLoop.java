package io.quantfleet.cli.simulate;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.quantfleet.cli.CliException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;

/**
 * The threads that all devices of a simulation share: some that move bytes and some that run agents. Between the two
 * lies a bounded number of bytes: when agents fall behind, the network waits for them, as it would for a slow device.
 */
final class EventLoop implements AutoCloseable {
    private static final int BYTES_BETWEEN = 32 << 20;
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final EventLoopGroup network;
    private final ScheduledThreadPoolExecutor agents;
    private final Semaphore between = new Semaphore(BYTES_BETWEEN);
    private final ReusedArrays arrays = new ReusedArrays(BYTES_BETWEEN);
    private Optional<SslContext> tls = Optional.empty();

    /** @param threads how many of either kind */
    EventLoop(int threads) {
        this.network = new NioEventLoopGroup(threads, daemons("network"));
        this.agents = new ScheduledThreadPoolExecutor(threads, daemons("agents"));
        agents.setRemoveOnCancelPolicy(true);
    }

    /** What connections run on. */
    EventLoopGroup network() {
        return network;
    }

    /** How connections to brokers with {@code ssl} addresses are made: as this JVM trusts. */
    synchronized SslContext tls() {
        return tls.orElseGet(() -> {
            try {
                SslContext made = SslContextBuilder.forClient()
                        .endpointIdentificationAlgorithm("HTTPS")
                        .build();
                tls = Optional.of(made);
                return made;
            } catch (SSLException e) {
                throw new CliException("this Java runtime can't do TLS: " + e.getMessage(), e);
            }
        });
    }

    /** What agents run on. */
    ScheduledThreadPoolExecutor agents() {
        return agents;
    }

    /** Waits for room for so many bytes on their way from the network to an agent. */
    Load take(int bytes) {
        int size = Math.min(bytes, BYTES_BETWEEN);
        between.acquireUninterruptibly(size);
        return new Load(size);
    }

    /** Arrays for what is forgotten once it has arrived. */
    ReusedArrays arrays() {
        return arrays;
    }

    /** Bytes on their way; closing it says that they have arrived, or never will. */
    final class Load implements AutoCloseable {
        private final AtomicInteger size;

        private Load(int size) {
            this.size = new AtomicInteger(size);
        }

        @Override
        public void close() {
            between.release(size.getAndSet(0));
        }
    }

    @Override
    public void close() throws InterruptedException {
        agents.shutdownNow();
        boolean unused = agents.awaitTermination(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
        var unusedEnd = network.shutdownGracefully(0, LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static ThreadFactory daemons(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
