package io.quantfleet.controlplane.artifact;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.ChunkRef;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** Says in manifests where an artifact's chunks are: on the broker, behind a signed address, or both. Thread-safe. */
@Singleton
public class ArtifactSources {
    /** What a PUBLISH packet has besides its payload: header, the topic's name, properties. */
    private static final int PACKET_OVERHEAD = 256;

    private final ArtifactUrls urls;
    private final DeliveryRoutes routes;
    private final AtomicLong maximumPacket = new AtomicLong(Long.MAX_VALUE);

    ArtifactSources(ArtifactUrls urls, DeliveryRoutes routes) {
        this.urls = urls;
        this.routes = routes;
    }

    /** The broker has said how large a packet it takes. */
    public void brokerTakes(long packetBytes) {
        maximumPacket.set(packetBytes);
    }

    /**
     * The artifact with its sources.
     *
     * @param until an address in it is good that long
     * @throws ControlPlaneException {@code ILLEGAL_STATE} if no way leads to devices
     */
    public ChunkedArtifact located(ChunkedArtifact plan, Instant until) {
        ChunkedArtifact.Builder located = plan.toBuilder();
        Sha256 published = new Sha256(
                plan.hasPublished()
                        ? plan.getPublished().getSha256()
                        : plan.getArtifact().getSha256());
        routes.publicUri()
                .ifPresent(uri -> located.addUrls(uri.toString().replaceAll("/+$", "") + urls.path(published, until)));
        boolean fits = plan.getChunksList().stream()
                .allMatch(chunk -> ChunkRef.of(chunk).published().size() + PACKET_OVERHEAD <= maximumPacket.get());
        if (!fits && located.getUrlsCount() == 0) {
            throw new ControlPlaneException(
                    ReasonCode.ILLEGAL_STATE,
                    "the MQTT broker takes packets of at most " + maximumPacket
                            + " bytes, too few for a chunk of artifact "
                            + plan.getArtifact().getSha256()
                            + "; raise its limit, or set quantfleet.delivery.public-uri so that devices can fetch it over HTTP");
        }
        long size = plan.hasPublished()
                ? plan.getPublished().getSize()
                : plan.getArtifact().getSize();
        boolean tooLarge = size > routes.maxBrokerBytes() && located.getUrlsCount() > 0;
        return located.setNotOnBroker(!fits || tooLarge).build();
    }
}
