package io.quantfleet.controlplane.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AuditDetailsTest {
    @Test
    void keepsNoSecret() {
        assertThat(
                        details(
                                "{\"name\": \"a\", \"webhook\": [{\"url\": \"u\", \"signingSecret\": \"s3\"}], \"token\": \"t\"}"))
                .hasValueSatisfying(details -> assertThat(details.toString())
                        .isEqualTo("{\"name\":\"a\",\"webhook\":[{\"url\":\"u\",\"signingSecret\":\"(secret)\"}],"
                                + "\"token\":\"(secret)\"}"));
    }

    @Test
    void keepsNothingOfWhatIsNoObject() {
        assertThat(details("{")).isEmpty();
        assertThat(details("")).isEmpty();
        assertThat(details("[1]")).isEmpty();
    }

    private static Optional<JsonNode> details(String body) {
        return AuditDetails.of(new ObjectMapper(), body.getBytes(StandardCharsets.UTF_8));
    }
}
