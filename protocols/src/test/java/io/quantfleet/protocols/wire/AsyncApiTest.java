package io.quantfleet.protocols.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.quantfleet.protocols.kafka.KafkaTopics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The AsyncAPI document in the repository says what the code does: topics, events and messages. */
class AsyncApiTest {
    private static final Path GOLDEN = Path.of("../docs/asyncapi.yaml");
    private static final String COMMAND = "./mvnw -pl protocols test -Dtest=AsyncApiTest -Dgolden.update=true";

    private static Map<String, Object> document() throws IOException {
        return AsyncApiDocument.of(ProtoComments.read(Path.of("src/main/protobuf")));
    }

    @Test
    void isTheOneInTheRepository() throws IOException {
        String made = new ObjectMapper(new YAMLFactory()
                        .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                        .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                        .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS))
                .writeValueAsString(document());
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(GOLDEN, made);
        }

        assertThat(made)
                .as(
                        "What travels is not as docs/asyncapi.yaml has it. If that is meant, write the file anew with\n"
                                + "  %s\nand commit it with the change.",
                        COMMAND)
                .isEqualTo(Files.readString(GOLDEN));
    }

    @Test
    void everyKafkaTopicIsThere() throws IOException {
        List<Object> addresses = new ArrayList<>();
        ((Map<?, ?>) document().get("channels"))
                .values()
                .forEach(channel -> addresses.add(((Map<?, ?>) channel).get("address")));

        assertThat(addresses).containsAll(KafkaTopics.DEFAULT.all());
    }

    @Test
    void everyKafkaTopicIsSentToOrReceivedFrom() throws IOException {
        List<Object> used = new ArrayList<>();
        ((Map<?, ?>) document().get("operations"))
                .values()
                .forEach(operation -> used.add(((Map<?, ?>) operation).get("channel")));

        ((Map<?, ?>) document().get("channels")).keySet().forEach(channel -> assertThat(used)
                .contains(Map.of("$ref", "#/channels/" + channel)));
    }

    @Test
    void noReferenceLeadsNowhere() throws IOException {
        assertThat(AsyncApiDocument.dangling(document())).isEmpty();
    }
}
