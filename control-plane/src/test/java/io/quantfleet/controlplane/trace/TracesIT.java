package io.quantfleet.controlplane.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quantfleet.controlplane.testing.FakeDevice;
import io.quantfleet.controlplane.testing.Story;
import io.quantfleet.controlplane.testing.WorkerStory;
import io.quantfleet.protocols.trace.TraceParent;
import io.quantfleet.protocols.v1.DeploymentTrace;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.QuantizationJobRequested;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.junit.jupiter.api.Test;

/** One trace over REST, Kafka, the database's queues, MQTT and back. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
@TestProfile(TracesIT.Tracing.class)
class TracesIT extends WorkerStory {
    @Inject
    InMemorySpanExporter spans;

    public static final class Tracing implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.otel.sdk.disabled", "false",
                    "quarkus.otel.bsp.schedule.delay", "50ms",
                    "quantfleet.tracing.devices-per-rollout", "2");
        }
    }

    @Test
    void leadsFromTheRequestForAModelOverTheJobToItsResult() throws IOException {
        Api.register("traced", "the graph of traced").statusCode(201);
        QuantizationJobRequested job = worker.awaitJobs("traced", 3).get(0);
        TraceParent sent = TraceParent.parse(worker.jobHeader(job.getJobId(), TraceParent.NAME))
                .orElseThrow();
        byte[] content = Api.bytes("the variant of " + job.getJobId());
        store.put(new ByteArrayInputStream(content));

        worker.sendResult(job.getJobId(), worker.ready(job, content, content), sent.value());
        Story.awaitVariant("traced", job.getDeviceClass(), "READY");

        List<SpanData> chain = awaitChain(span -> span.getName().startsWith("process quantfleet.quantization-results")
                && traceOf(sent).equals(span.getTraceId()));
        assertThat(chain)
                .extracting(SpanData::getName)
                .containsExactly(
                        "POST /api/v1/models",
                        "send quantfleet.model-events.v1",
                        "process quantfleet.model-events.v1",
                        "send quantfleet.quantization-jobs.v1",
                        "process quantfleet.quantization-results.v1");
        assertThat(chain).extracting(SpanData::getTraceId).containsOnly(traceOf(sent));
        assertThat(chain.get(0).getKind()).isEqualTo(SpanKind.SERVER);
    }

    @Test
    void leadsFromTheStartOfARolloutToTheDeviceAndItsReport() throws MqttException, IOException {
        Api.createFleet("traced-fleet");
        quantizedModel("traced-fleet");
        try (FakeDevice device = Story.enrol("traced-fleet", "traced-1")) {
            String rollout = Story.startRollout("traced-fleet", "traced-fleet", 1);
            Manifest manifest = device.awaitManifest(0);
            TraceParent sent =
                    TraceParent.parse(device.desiredProperty(TraceParent.NAME)).orElseThrow();
            Instant began = Instant.now().minusSeconds(10);
            DeploymentTrace steps = DeploymentTrace.newBuilder()
                    .setTraceparent(sent.value())
                    .addSteps(step(DeviceState.DEVICE_STATE_FETCHING, began))
                    .addSteps(step(DeviceState.DEVICE_STATE_VERIFYING, began.plusSeconds(4)))
                    .addSteps(step(DeviceState.DEVICE_STATE_SELF_TESTING, began.plusSeconds(5)))
                    .addSteps(step(DeviceState.DEVICE_STATE_SWITCHING, began.plusSeconds(7)))
                    .addSteps(step(DeviceState.DEVICE_STATE_ACTIVE, began.plusSeconds(8)))
                    .build();

            device.reportActive(manifest, steps);
            Story.awaitRollout(rollout, "FINISHED");

            List<SpanData> reported = awaitChain(span -> span.getName().equals("process quantfleet.device-events.v1")
                    && span.getTraceId().equals(traceOf(sent)));
            assertThat(reported)
                    .extracting(SpanData::getName)
                    .containsExactly(
                            "POST /api/v1/rollouts",
                            "send manifest",
                            "send quantfleet.device-events.v1",
                            "process quantfleet.device-events.v1");
            List<SpanData> deployment = awaitChain(span ->
                    span.getName().equals("self-test") && span.getTraceId().equals(traceOf(sent)));
            assertThat(deployment)
                    .extracting(SpanData::getName)
                    .containsExactly("POST /api/v1/rollouts", "send manifest", "device deployment", "self-test");
            SpanData selfTest = deployment.get(3);
            assertThat(selfTest.getEndEpochNanos() - selfTest.getStartEpochNanos())
                    .isEqualTo(TimeUnit.SECONDS.toNanos(2));
            assertThat(below(deployment.get(2)))
                    .extracting(SpanData::getName)
                    .containsExactlyInAnyOrder("fetch", "verify", "self-test", "switch");
        }
    }

    @Test
    void tracesTheFirstDevicesOfARolloutAndNotTheThousandsBehindThem() throws MqttException, IOException {
        Api.createFleet("traced-crowd");
        quantizedModel("traced-crowd");
        List<FakeDevice> devices = new ArrayList<>();
        try {
            for (int i = 0; i < 5; i++) {
                devices.add(Story.enrol("traced-crowd", "traced-crowd-" + i));
            }
            Story.startRollout("traced-crowd", "traced-crowd", 1);
            devices.forEach(device -> device.awaitManifest(0));

            assertThat(devices)
                    .filteredOn(
                            device -> !device.desiredProperty(TraceParent.NAME).isEmpty())
                    .hasSize(2);
        } finally {
            for (FakeDevice device : devices) {
                device.close();
            }
        }
    }

    private static DeploymentTrace.Step step(DeviceState state, Instant began) {
        return DeploymentTrace.Step.newBuilder()
                .setState(state)
                .setBegan(Timestamp.newBuilder()
                        .setSeconds(began.getEpochSecond())
                        .setNanos(began.getNano()))
                .build();
    }

    private static String traceOf(TraceParent parent) {
        return parent.value().split("-", -1)[1];
    }

    /** From the root to a span, which is awaited with all above it. */
    private List<SpanData> awaitChain(Predicate<SpanData> last) {
        List<SpanData> chain = new ArrayList<>();
        Story.eventually(() -> {
            chain.clear();
            Optional<SpanData> at =
                    spans.getFinishedSpanItems().stream().filter(last).findFirst();
            assertThat(at).isPresent();
            for (; at.isPresent(); at = above(at.get())) {
                chain.add(0, at.get());
            }
            assertThat(chain.get(0).getParentSpanId()).isEqualTo(SpanId.getInvalid());
        });
        return chain;
    }

    private Optional<SpanData> above(SpanData span) {
        return all().filter(other -> other.getSpanId().equals(span.getParentSpanId()))
                .findFirst();
    }

    private List<SpanData> below(SpanData span) {
        return all().filter(other -> other.getParentSpanId().equals(span.getSpanId()))
                .toList();
    }

    private Stream<SpanData> all() {
        return spans.getFinishedSpanItems().stream();
    }
}
