package io.quantfleet.protocols.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.QuantizationFailed;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EventsTest {
    private static final Instant TIME = Instant.parse("2026-11-23T12:00:00Z");
    private static final QuantizationFailed FAILED = QuantizationFailed.newBuilder()
            .setJobId("j-1")
            .setCode("MODEL_MALFORMED")
            .build();

    @ParameterizedTest
    @EnumSource
    void everyTypeIsFoundByItsMessageAndByItsWireName(EventType type) {
        assertThat(EventType.of(type.prototype())).isEqualTo(type);
        assertThat(EventType.ofCeType(type.ceType())).contains(type);
        assertThat(type.ceType()).matches("io\\.quantfleet\\.[a-z-]+\\.v1");
    }

    @Test
    void unwrapsWhatItWraps() {
        CloudEvent event = Events.of(FAILED, "j-1", "/quantizer-worker/w-1", "j-1", TIME);

        assertThat(Events.data(event)).isEqualTo(FAILED);
        assertThat(event.getId()).isEqualTo("j-1");
        assertThat(event.getType()).isEqualTo("io.quantfleet.quantization-failed.v1");
        assertThat(event.getTime()).hasToString("2026-11-23T12:00Z");
    }

    @Test
    void refusesAnUnknownType() {
        CloudEvent event = CloudEventBuilder.v1(Events.of(FAILED, "j-1", "/w", "j-1", TIME))
                .withType("com.example.other")
                .build();

        assertThatThrownBy(() -> Events.data(event))
                .isInstanceOf(MalformedEventException.class)
                .hasMessageContaining("'com.example.other'");
    }

    @Test
    void refusesDataThatDoesNotParse() {
        CloudEvent event = CloudEventBuilder.v1(Events.of(FAILED, "j-1", "/w", "j-1", TIME))
                .withData(Events.PROTOBUF, new byte[] {(byte) 0xff})
                .build();

        assertThatThrownBy(() -> Events.data(event))
                .isInstanceOf(MalformedEventException.class)
                .hasMessageContaining("io.quantfleet.quantization-failed.v1");
    }

    @Test
    void refusesAnotherContentType() {
        CloudEvent event = CloudEventBuilder.v1(Events.of(FAILED, "j-1", "/w", "j-1", TIME))
                .withData("application/json", new byte[] {'{', '}'})
                .build();

        assertThatThrownBy(() -> Events.data(event)).hasMessageContaining("'application/json'");
    }

    @Test
    void refusesToWrapAMessageThatDoesNotTravelOnKafka() {
        assertThatThrownBy(() -> Events.of(Manifest.getDefaultInstance(), "1", "/x", "x", TIME))
                .hasMessageContaining("not a message that travels on Kafka");
    }
}
