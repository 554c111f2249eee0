package io.quantfleet.controlplane.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.quantfleet.controlplane.gate.AccuracyGate;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StrategyTest {
    // As Quarkus sets it up.
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModules(new Jdk8Module(), new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .build();

    @Test
    void isReadFromJsonAndWrittenAsItWasRead() throws JsonProcessingException {
        String text = """
                {"stages": [
                  {"name": "canary", "percent": 5, "soak": "PT10M", "concurrency": 50, "deviceDeadline": "PT1H",
                   "gates": {"installed": {"minShare": 0.95}, "selfTests": {"minShare": 0.95},
                     "accuracy": {"against": "FP32", "maxLossPoints": 1, "risk": 0.01},
                     "latency": {"against": "OBJECTIVE", "factor": 1}, "errors": {"maxShare": 0.01, "risk": 0.01},
                     "minimum": {"inferences": 1000, "devices": 3}}},
                  {"name": "berlin", "labels": {"site": "berlin"}, "approval": true},
                  {"name": "all", "percent": 100}],
                 "onFailure": "PAUSE", "startAt": "2026-11-24T10:00:00Z",
                 "install": {"when": "IDLE", "quietFor": "PT45S", "atLatest": "PT30M"}}""";

        Strategy strategy = JSON.readValue(text, Strategy.class);

        assertThat(strategy.stage(0).soak()).contains(Duration.ofMinutes(10));
        assertThat(strategy.stage(0).gates().orElseThrow().accuracy())
                .contains(new AccuracyGate(AccuracyGate.Reference.FP32, 1, 0.01, Optional.empty()));
        assertThat(strategy.stage(1).needsApproval()).isTrue();
        assertThat(strategy.stage(2).gates()).isEmpty();
        assertThat(strategy.install().orElseThrow().quiet()).isEqualTo(Duration.ofSeconds(45));
        assertThat(strategy.failure()).isEqualTo(Strategy.OnFailure.PAUSE);
        assertThat(JSON.readValue(JSON.writeValueAsString(strategy), Strategy.class))
                .isEqualTo(strategy);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'stages': []} | 1 to 20 stages",
                "{'stages': [{'name': 'a', 'percent': 50}]} | leaves devices out",
                "{'stages': [{'name': 'a'}]} | exactly one of",
                "{'stages': [{'name': 'a', 'percent': 5, 'devices': 3}]} | exactly one of",
                "{'stages': [{'name': 'a', 'percent': 101}]} | not 101.0",
                "{'stages': [{'name': 'a', 'devices': 0}]} | not 0",
                "{'stages': [{'name': 'a b', 'percent': 100}]} | 'a b'",
                "{'stages': [{'name': 'a', 'percent': 5}, {'name': 'a', 'percent': 100}]} | two stages are named 'a'",
                "{'stages': [{'name': 'a', 'percent': 100, 'concurrency': 0}]} | not 0",
                "{'stages': [{'name': 'a', 'percent': 100, 'soak': 'PT-1S'}]} | not PT-1S",
                "{'stages': [{'name': 'a', 'percent': 100, 'deviceDeadline': 'PT0.1S'}]} | at least a second",
                "{'stages': [{'name': 'a', 'percent': 100}], 'install': {}} | 'install.when'",
                "{'stages': [{'name': 'a', 'percent': 100}], 'install': {'when': 'AT_ONCE', 'quietFor': 'PT9S'}} | belong to",
                "{'stages': [{'name': 'a', 'percent': 100}], 'install': {'when': 'IDLE', 'quietFor': 'PT0S'}} | at least a second",
                "{'stages': [{'name': 'a', 'percent': 100, 'deviceDeadline': 'PT1H'}], 'install': {'when': 'IDLE'}} | shorter",
                "{'stages': [{'name': 'a', 'percent': 100, 'gates': {'accuracy': {'maxLossPoints': 1, 'risk': 0.01}}}]} | 'accuracy.against'",
                "{'stages': [{'name': 'a', 'percent': 100, 'gates': {'latency': {'factor': 1}}}]} | 'latency.against'"
            })
    void refusesWhatCannotBeDone(String text, String complaint) {
        assertThatThrownBy(() -> JSON.readValue(text.replace('\'', '"'), Strategy.class))
                .isInstanceOf(JsonMappingException.class)
                .rootCause()
                .hasMessageContaining(complaint);
    }
}
