package io.quantfleet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quantfleet.controlplane.testing.FakeDevice;
import io.quantfleet.controlplane.testing.Story;
import io.quantfleet.protocols.mqtt.MqttTopics.Channel;
import io.quantfleet.protocols.v1.Presence;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What Prometheus may see: names by convention, and no label whose values grow with the devices. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class MetersIT {
    private static final Set<String> LABELS = Set.of(
            "fleet",
            "device_class",
            "state",
            "online",
            "model",
            "version",
            "outcome",
            "quantile",
            "source",
            "of",
            "topic",
            "channel",
            "rule",
            "severity",
            "receiver");

    @Inject
    MeterRegistry meters;

    @Test
    void noMeterOfOursIsLabelledWithADevice() throws Exception {
        Api.awaitReady();
        Api.createFleet("metered");
        try (FakeDevice device = Story.enrol("metered", "metered-device-1")) {
            device.publish(
                    Channel.PRESENCE,
                    Presence.newBuilder()
                            .setDeviceId("metered-device-1")
                            .setOnline(true)
                            .build(),
                    true);
            Story.eventually(
                    () -> assertThat(Api.get("devices/metered-device-1").getBoolean("online"))
                            .isTrue());
            Story.eventually(() -> assertThat(ours().flatMap(meter -> meter.getId().getTags().stream()))
                    .contains(Tag.of("fleet", "metered")));
        }

        List<Meter> ours = ours().toList();
        assertThat(ours).isNotEmpty();
        assertThat(ours.stream().flatMap(meter -> meter.getId().getTags().stream()))
                .allSatisfy(tag -> assertThat(LABELS).contains(tag.getKey()));
        assertThat(meters.getMeters().stream()
                        .flatMap(meter -> meter.getId().getTags().stream())
                        .map(Tag::getValue))
                .noneMatch(value -> value.contains("metered-device-1"));
        assertThat(ours)
                .extracting(meter -> meter.getId().getName())
                .allMatch(name -> name.matches("quantfleet(\\.[a-z]+)+"));
    }

    private Stream<Meter> ours() {
        return meters.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith("quantfleet."));
    }
}
