package io.quantfleet.agent.testkit;

import com.google.protobuf.ByteString;
import io.quantfleet.agent.link.DeviceLink;
import io.quantfleet.protocols.trace.TraceParent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A link that remembers what was asked of it. It delivers at once, or not at all while it is off-line. */
public final class RecordingLink implements DeviceLink {
    /** What was published. */
    public record Published(String topic, ByteString payload) {}

    public final List<Published> published = new ArrayList<>();
    /** Every subscription in order; a topic that was asked for again is in it again. */
    public final List<String> subscriptions = new ArrayList<>();

    /** The traces of what was published in one. */
    public final List<TraceParent> traced = new ArrayList<>();

    public final List<String> unsubscriptions = new ArrayList<>();
    private volatile boolean online = true;

    public void online(boolean now) {
        online = now;
    }

    @Override
    public void start(Listener listener) {
        throw new UnsupportedOperationException("the test calls the listener");
    }

    @Override
    public CompletableFuture<Void> publish(String topic, byte[] payload, boolean retained) {
        if (!online) {
            return CompletableFuture.failedFuture(new IllegalStateException("off-line"));
        }
        published.add(new Published(topic, ByteString.copyFrom(payload)));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> publish(String topic, byte[] payload, boolean retained, TraceParent trace) {
        traced.add(trace);
        return publish(topic, payload, retained);
    }

    @Override
    public void subscribe(Collection<String> topics) {
        subscriptions.addAll(topics);
    }

    @Override
    public void unsubscribe(Collection<String> topics) {
        unsubscriptions.addAll(topics);
    }

    @Override
    public void close() {
        online = false;
    }
}
