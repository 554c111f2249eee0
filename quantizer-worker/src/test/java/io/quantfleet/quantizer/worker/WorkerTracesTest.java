package io.quantfleet.quantizer.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.trace.Span;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class WorkerTracesTest {
    private static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private static boolean isRecording(Map<String, String> environment) throws Exception {
        ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>("jobs", 0, 0, new byte[0], new byte[0]);
        record.headers()
                .add(
                        "traceparent",
                        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".getBytes(StandardCharsets.UTF_8));
        boolean[] recording = new boolean[1];
        try (WorkerTraces traces = WorkerTraces.of(environment)) {
            traces.around(new Delivery(record, 1, false), () -> {
                        recording[0] = Span.current().isRecording();
                        return Settlement.ACCEPT;
                    })
                    .call();
        }
        return recording[0];
    }

    @Test
    void recordsNothingWithoutAnEndpoint() throws Exception {
        assertThat(isRecording(Map.of())).isFalse();
        assertThat(isRecording(Map.of(ENDPOINT, "http://127.0.0.1:1", "OTEL_SDK_DISABLED", "true")))
                .isFalse();
    }

    @Test
    void saysWhichProtocolItHas() {
        assertThatThrownBy(() -> WorkerTraces.of(
                        Map.of(ENDPOINT, "http://127.0.0.1:4317", "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")))
                .hasMessageContaining("OTEL_EXPORTER_OTLP_PROTOCOL is 'grpc'")
                .hasMessageContaining("4318");
    }
}
