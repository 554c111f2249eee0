package io.quantfleet.agent.apply;

import static io.quantfleet.agent.testkit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.agent.testkit.RangeServer;
import io.quantfleet.agent.testkit.RecordingLink;
import io.quantfleet.agent.testkit.TestClock;
import io.quantfleet.agent.testkit.TestDeployment;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.ChunkRef;
import io.quantfleet.protocols.v1.Manifest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChunkSourcesTest {
    private final TestDeployment deployment = TestDeployment.of(new DeviceId("cam-1"), "d1", 1);
    private final List<ChunkRef> variant = deployment.manifest().getVariant().getChunksList().stream()
            .map(ChunkRef::of)
            .toList();
    private final RecordingLink link = new RecordingLink();
    private final Map<Sha256, byte[]> came = new ConcurrentHashMap<>();
    private RangeServer server;
    private ChunkSources sources;

    @BeforeEach
    void start() throws IOException {
        ByteArrayOutputStream published = new ByteArrayOutputStream();
        variant.forEach(chunk -> published.writeBytes(deployment.chunks().get(chunk.name())));
        server = new RangeServer(published.toByteArray());
    }

    @AfterEach
    void stop() {
        sources.close();
        server.close();
    }

    @Test
    void fetchesOverHttpWhatTheBrokerDoesNotHave() {
        locate(FetchSettings.Preference.MQTT, true);

        sources.ask(variant);

        await().until(() -> came.size() == variant.size());
        variant.forEach(
                chunk -> assertThat(chunk.decode(came.get(chunk.name()))).isPresent());
        assertThat(link.subscriptions).isEmpty();
    }

    @Test
    void goesByTheDevicesPreferenceWhereThereIsAChoice() {
        locate(FetchSettings.Preference.AUTO, false);
        sources.ask(List.of(variant.get(0)));
        assertThat(link.subscriptions).hasSize(1);
        sources.close();

        locate(FetchSettings.Preference.HTTP, false);
        sources.ask(List.of(variant.get(1)));

        await().until(() -> came.containsKey(variant.get(1).name()));
        assertThat(link.subscriptions).hasSize(1);
    }

    @Test
    void triesTheOtherWayWhereAChunkDoesNotCome() {
        locate(FetchSettings.Preference.MQTT, false);

        for (int i = 0; i < 3; i++) {
            sources.ask(List.of(variant.get(0)));
        }

        await().until(() -> came.containsKey(variant.get(0).name()));
        assertThat(link.subscriptions).hasSize(2);
    }

    @Test
    void whatACutLeftOutIsAskedForByItsRange() {
        locate(FetchSettings.Preference.HTTP, true);
        int first = (int) variant.get(0).published().size();
        server.cutAfter(10);
        sources.ask(List.of(variant.get(1)));
        await().until(() -> server.ranges.size() == 1);
        server.cutAfter(Integer.MAX_VALUE);

        sources.ask(List.of(variant.get(1)));

        await().until(() -> came.containsKey(variant.get(1).name()));
        assertThat(server.ranges)
                .last()
                .isEqualTo("bytes=" + first + "-"
                        + (first + variant.get(1).published().size() - 1));
        assertThat(variant.get(1).decode(came.get(variant.get(1).name()))).isPresent();
    }

    private void locate(FetchSettings.Preference preference, boolean notOnBroker) {
        Manifest.Builder manifest = deployment.manifest().toBuilder();
        manifest.getVariantBuilder().addUrls(server.url()).setNotOnBroker(notOnBroker);
        sources = new ChunkSources(
                link, new FetchSettings(preference, OptionalLong.empty()), new TestClock(), Runnable::run);
        sources.deliverTo(came::put);
        sources.locate(manifest.build());
    }
}
