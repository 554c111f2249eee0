package io.quantfleet.quantizer.report.page;

import io.quantfleet.quantizer.sensitivity.LayerSensitivity;
import io.quantfleet.quantizer.sensitivity.SensitivityProfile;
import java.util.Comparator;
import java.util.List;

/**
 * How much noise each layer makes at the output when it alone is quantized, the worst first.
 *
 * @param told the worst layers
 * @param others the rest
 */
public record SensitivityChart(String samples, String seconds, List<Bar> told, List<Bar> others) {
    private static final int TOLD = 20;

    /**
     * One layer.
     *
     * @param width of its bar, in per cent of the worst layer's
     * @param noise root mean square of the noise, in per cent of the signal
     * @param good what sparing this layer alone gains
     */
    public record Bar(
            String name, String operator, String weights, String width, String noise, String sqnr, String good) {}

    static SensitivityChart of(SensitivityProfile profile) {
        List<LayerSensitivity> worstFirst = profile.layers().stream()
                .sorted(Comparator.comparingDouble((LayerSensitivity layer) -> -noise(layer)))
                .toList();
        double largest = worstFirst.isEmpty() ? 1 : Math.max(noise(worstFirst.get(0)), Double.MIN_NORMAL);
        double all = profile.quantized().sqnrDb();
        List<Bar> bars =
                worstFirst.stream().map(layer -> bar(layer, largest, all)).toList();
        int told = Math.min(TOLD, bars.size());
        return new SensitivityChart(
                Figures.count(profile.samples()),
                Figures.seconds(profile.seconds()),
                bars.subList(0, told),
                bars.subList(told, bars.size()));
    }

    private static Bar bar(LayerSensitivity layer, double largest, double all) {
        double noise = noise(layer);
        return new Bar(
                layer.name(),
                layer.operator(),
                Figures.count(layer.weights()),
                Figures.coordinate(100 * Math.min(1, noise / largest)),
                Figures.percent(noise),
                Figures.decibels(layer.alone().sqnrDb()),
                Figures.signedDecibels(layer.spared().sqnrDb() - all));
    }

    // A layer whose output is not finite is as bad as can be.
    private static double noise(LayerSensitivity layer) {
        double sqnr = layer.alone().sqnrDb();
        return Double.isNaN(sqnr) ? 1 : Math.min(1, Math.pow(10, -sqnr / 20));
    }
}
