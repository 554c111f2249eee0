package io.quantfleet.agent.apply;

import io.quantfleet.agent.link.DeviceLink;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.ChunkRef;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.v1.Chunk;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import io.quantfleet.protocols.v1.Manifest;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for chunks by the way that the manifest offers and the device prefers, and now and then by the other one where
 * they do not come; no faster than the device may. For the apply thread.
 */
final class ChunkSources implements ChunkFetch.Source, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChunkSources.class);
    /** Every so many asks for the same chunk go the other way. */
    private static final int OTHER_WAY = 3;

    /** Where a chunk can be had. */
    private record Offer(boolean onBroker, Optional<HttpChunks.Location> http) {}

    private final DeviceLink link;
    private final FetchSettings settings;
    private final Bandwidth bandwidth;
    private final Executor applyThread;
    private final Map<Sha256, Offer> offers = new HashMap<>();
    private final Map<Sha256, Integer> asks = new HashMap<>();
    private BiConsumer<Sha256, byte[]> receiver = (name, bytes) -> {};
    private Optional<HttpChunks> http = Optional.empty();

    /** @param applyThread where what comes over HTTP is delivered */
    ChunkSources(DeviceLink link, FetchSettings settings, InstantSource clock, Executor applyThread) {
        this.link = link;
        this.settings = settings;
        this.bandwidth = new Bandwidth(settings.bytesPerSecond(), clock);
        this.applyThread = applyThread;
    }

    /** Who takes what comes over HTTP; what comes over the link arrives there by itself. */
    void deliverTo(BiConsumer<Sha256, byte[]> next) {
        receiver = next;
    }

    /** Looks up where the chunks of a manifest are. */
    void locate(Manifest manifest) {
        offers.clear();
        asks.clear();
        List.of(
                        manifest.getVariant(),
                        manifest.getProbeSet(),
                        manifest.getDelta().getPatch())
                .forEach(this::locate);
    }

    private void locate(ChunkedArtifact artifact) {
        Optional<URI> uri = artifact.getUrlsList().stream()
                .map(ChunkSources::parse)
                .flatMap(Optional::stream)
                .findFirst();
        long offset = 0;
        for (Chunk chunk : artifact.getChunksList()) {
            ChunkRef ref = ChunkRef.of(chunk);
            long at = offset;
            Offer offer =
                    new Offer(!artifact.getNotOnBroker(), uri.map(known -> new HttpChunks.Location(known, at, ref)));
            offers.merge(ref.name(), offer, (one, other) -> one.onBroker() ? one : other);
            offset += ref.published().size();
        }
    }

    private static Optional<URI> parse(String url) {
        try {
            URI uri = URI.create(url);
            boolean usable =
                    uri.getHost() != null && List.of("http", "https").contains(String.valueOf(uri.getScheme()));
            return usable ? Optional.of(uri) : Optional.empty();
        } catch (IllegalArgumentException e) {
            LOG.warn("a manifest names an address that is none: {}", e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public boolean admits(ChunkRef chunk) {
        return bandwidth.take(chunk.published().size());
    }

    @Override
    public void ask(List<ChunkRef> chunks) {
        List<String> topics = new ArrayList<>();
        for (ChunkRef chunk : chunks) {
            overHttp(chunk)
                    .ifPresentOrElse(
                            location -> http().ask(location), () -> topics.add(MqttTopics.chunk(chunk.name())));
        }
        if (!topics.isEmpty()) {
            link.subscribe(topics);
        }
    }

    /** Where to fetch the chunk over HTTP; empty if it shall come over the broker. */
    private Optional<HttpChunks.Location> overHttp(ChunkRef chunk) {
        Offer offer = offers.getOrDefault(chunk.name(), new Offer(true, Optional.empty()));
        int ask = asks.merge(chunk.name(), 1, Integer::sum);
        boolean preferHttp = settings.preference() == FetchSettings.Preference.HTTP;
        boolean both = offer.onBroker() && offer.http().isPresent();
        boolean overHttp = both ? preferHttp != (ask % OTHER_WAY == 0) : !offer.onBroker();
        return overHttp ? offer.http() : Optional.empty();
    }

    @Override
    public void release(Collection<ChunkRef> chunks) {
        List<String> topics = chunks.stream()
                .filter(chunk -> offers.getOrDefault(chunk.name(), new Offer(true, Optional.empty()))
                        .onBroker())
                .map(chunk -> MqttTopics.chunk(chunk.name()))
                .toList();
        if (!topics.isEmpty()) {
            link.unsubscribe(topics);
        }
        http.ifPresent(fetched -> chunks.forEach(chunk -> fetched.forget(chunk.name())));
    }

    private HttpChunks http() {
        HttpChunks chunks = http.orElseGet(
                () -> new HttpChunks((name, bytes) -> applyThread.execute(() -> receiver.accept(name, bytes))));
        http = Optional.of(chunks);
        return chunks;
    }

    @Override
    public void close() {
        http.ifPresent(HttpChunks::close);
    }
}
