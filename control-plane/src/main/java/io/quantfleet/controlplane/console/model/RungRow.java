package io.quantfleet.controlplane.console.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * A rung of the ladder that a worker climbs. Fractions are 0 to 1; what was not finite is empty.
 *
 * @param gainDb what the rung gained
 * @param lossPoints percentage points of accuracy, as a fraction and with the sign of a gain
 * @param goalMet whether the variant is accurate enough after it
 */
public record RungRow(
        String name,
        Optional<Double> gainDb,
        Optional<Double> sqnrDb,
        Optional<Double> agreement,
        Optional<Double> lossPoints,
        long bytes,
        double seconds,
        boolean goalMet) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    static List<RungRow> list(String json) {
        try {
            return StreamSupport.stream(JSON.readTree(json).spliterator(), false)
                    .map(RungRow::of)
                    .toList();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database holds rungs that don't parse", e);
        }
    }

    private static RungRow of(JsonNode rung) {
        JsonNode heldOut = rung.path("heldOut");
        return new RungRow(
                rung.path("name").asText(),
                number(rung.path("gainDb")),
                number(heldOut.path("sqnrDb")),
                number(heldOut.path("agreement")),
                number(heldOut.path("lossPoints")).map(points -> -points / 100),
                rung.path("bytes").asLong(),
                rung.path("seconds").asDouble(),
                rung.path("goalMet").asBoolean());
    }

    private static Optional<Double> number(JsonNode node) {
        return node.isNumber() ? Optional.of(node.asDouble()) : Optional.empty();
    }
}
