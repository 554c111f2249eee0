package io.quantfleet.controlplane.console.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * How the training of a running job went until now: two lines in a drawing of 300 by 60, each on a scale of its own.
 *
 * @param loss an SVG polyline's points
 * @param accuracy the same
 * @param epoch the last point's
 * @param lastLoss the last point's
 * @param lastAccuracy the last point's, 0 to 1
 */
public record TrainingCurve(String loss, String accuracy, int epoch, double lastLoss, double lastAccuracy) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final double WIDTH = 300;
    private static final double HEIGHT = 60;
    private static final double MARGIN = 3;

    static Optional<TrainingCurve> of(String json) {
        try {
            List<JsonNode> points = StreamSupport.stream(JSON.readTree(json).spliterator(), false)
                    .toList();
            return points.isEmpty() ? Optional.empty() : Optional.of(of(points));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database holds a training that does not parse", e);
        }
    }

    private static TrainingCurve of(List<JsonNode> points) {
        JsonNode last = points.get(points.size() - 1);
        return new TrainingCurve(
                line(points, "loss"),
                line(points, "accuracy"),
                last.path("epoch").asInt(),
                last.path("loss").asDouble(),
                last.path("accuracy").asDouble());
    }

    private static String line(List<JsonNode> points, String figure) {
        List<JsonNode> drawable =
                points.stream().filter(point -> point.path(figure).isNumber()).toList();
        double least = drawable.stream()
                .mapToDouble(point -> point.path(figure).asDouble())
                .min()
                .orElse(0);
        double span = drawable.stream()
                        .mapToDouble(point -> point.path(figure).asDouble())
                        .max()
                        .orElse(0)
                - least;
        StringBuilder line = new StringBuilder();
        for (JsonNode point : drawable) {
            double height = span > 0 ? (point.path(figure).asDouble() - least) / span : 0.5;
            line.append(String.format(
                    Locale.ROOT,
                    "%.1f,%.1f ",
                    MARGIN + point.path("fraction").asDouble() * (WIDTH - 2 * MARGIN),
                    HEIGHT - MARGIN - height * (HEIGHT - 2 * MARGIN)));
        }
        return line.toString().strip();
    }
}
