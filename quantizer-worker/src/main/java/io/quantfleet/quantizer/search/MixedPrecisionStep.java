package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.evaluate.Fidelity;
import io.quantfleet.quantizer.quantize.FloatLayer;
import io.quantfleet.quantizer.sensitivity.LayerSensitivity;
import io.quantfleet.quantizer.sensitivity.SensitivityProfile;
import io.quantfleet.quantizer.sensitivity.SensitivityProfiler;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.Precision;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Gives the layers another precision that gain most for what they cost: one, two, four and so on, until the variant is
 * accurate enough, then fewer again as long as it stays so. Each gets the precision that costs least of those the profile
 * allows, and if that is not enough the one closest to FP32. Every variant on the way is a point between which a reader
 * can choose.
 */
final class MixedPrecisionStep implements Step {
    private static final double LEAST_GAIN_DB = 1e-3;

    private final Workbench workbench;
    private final AccuracyGoal goal;
    private final Objective objective;
    private final ProgressListener listener;
    private final Front front;
    private Optional<SensitivityProfile> profile = Optional.empty();

    MixedPrecisionStep(
            Workbench workbench, AccuracyGoal goal, Objective objective, Front front, ProgressListener listener) {
        this.workbench = workbench;
        this.goal = goal;
        this.objective = objective;
        this.front = front;
        this.listener = listener;
    }

    @Override
    public Technique technique() {
        return Technique.MIXED_PRECISION;
    }

    /** How each layer takes quantization, if it was needed. */
    Optional<SensitivityProfile> profile() {
        return profile;
    }

    @Override
    public void enter(Contest contest) {
        Candidate start = contest.best();
        SearchSetting setting = workbench.setting();
        SensitivityProfile sensitivity = new SensitivityProfiler(
                        setting.description(), setting.calibration(), setting.threads(), setting.profiles())
                .profile(start.calibration(), start.recipe().leaving(noKernels(start)), listener);
        profile = Optional.of(sensitivity);
        DeviceClassProfile target = start.recipe().profile();
        if (target.everyOperator() && !target.layers().contains(Precision.A16W8)) {
            // Nothing may be anything but INT8; the profile of sensitivities says where the harm is.
            return;
        }
        LayerCosts costs = new LayerCosts(setting, target, start);
        front.add("all layers in int8", Map.of(), start, costs.latencyMs(Map.of()));
        Ordered cheapest = order(sensitivity, costs, layer -> costs.cheapest(layer, objective));
        Candidate pick = new Climb(contest, start, cheapest, costs).pick();
        if (!goal.metBy(workbench.accuracy(pick))) {
            Ordered closest = order(sensitivity, costs, costs::closest);
            if (!closest.precisions().equals(cheapest.precisions())) {
                new Climb(contest, start, closest, costs).pick();
            }
        }
    }

    private static Map<String, String> noKernels(Candidate candidate) {
        Map<String, String> left = new LinkedHashMap<>();
        for (FloatLayer layer : candidate.quantized().leftFloat()) {
            left.put(layer.name(), layer.reason());
        }
        return left;
    }

    /** Chooses a layer's precision, if it may have any but INT8. */
    private interface Choice {
        Optional<Precision> of(String layer);
    }

    /**
     * Layers in the order in which they are worth another precision.
     *
     * @param precisions which, by layer
     */
    private record Ordered(Map<String, Precision> precisions) {
        int size() {
            return precisions.size();
        }

        Map<String, Precision> first(int count) {
            Map<String, Precision> first = new LinkedHashMap<>();
            precisions.entrySet().stream().limit(count).forEach(entry -> first.put(entry.getKey(), entry.getValue()));
            return first;
        }
    }

    private Ordered order(SensitivityProfile sensitivity, LayerCosts costs, Choice choice) {
        Map<String, Precision> chosen = new LinkedHashMap<>();
        sensitivity.layers().forEach(layer -> choice.of(layer.name())
                .ifPresent(precision -> chosen.put(layer.name(), precision)));
        double all = sensitivity.quantized().closenessDb();
        Comparator<LayerSensitivity> worth = Comparator.comparingDouble(layer -> {
            // What one sparing gives is small where many layers do harm: the harm alone breaks the tie.
            double gain = Math.max(LEAST_GAIN_DB, layer.spared().closenessDb() - all);
            double harm = Math.pow(10, -layer.alone().closenessDb() / 10);
            Precision precision = chosen.getOrDefault(layer.name(), Precision.FLOAT32);
            return (gain + harm) / Math.sqrt(costs.of(layer.name(), precision, objective));
        });
        Map<String, Precision> ordered = new LinkedHashMap<>();
        sensitivity.layers().stream()
                .filter(layer -> chosen.containsKey(layer.name()))
                .sorted(worth.reversed())
                .forEach(layer -> ordered.put(layer.name(), chosen.getOrDefault(layer.name(), Precision.FLOAT32)));
        return new Ordered(ordered);
    }

    /** The variants with the first layers of one order in another precision. */
    private final class Climb {
        private final Contest contest;
        private final Candidate start;
        private final Ordered order;
        private final LayerCosts costs;
        private final Map<Integer, Candidate> tried = new TreeMap<>();

        Climb(Contest contest, Candidate start, Ordered order, LayerCosts costs) {
            this.contest = contest;
            this.start = start;
            this.order = order;
            this.costs = costs;
        }

        /** Finds out how few are enough and lets that variant challenge the best. */
        Candidate pick() {
            if (order.size() == 0) {
                return start;
            }
            int pick = fewest(enough());
            Candidate chosen = candidate(pick);
            String name = name(order.first(pick));
            if (goal.metBy(workbench.accuracy(chosen))) {
                contest.note(name, chosen);
                contest.choose(chosen);
            } else {
                contest.challenge(name, chosen);
            }
            return chosen;
        }

        // How many are enough, in doubling steps; three quarters of all if nothing is.
        private int enough() {
            int count = 1;
            int most = Math.max(1, order.size() * 3 / 4);
            while (count < most && !isEnough(candidate(count))) {
                count *= 2;
            }
            return Math.min(count, most);
        }

        private int fewest(int enough) {
            int low = enough / 2;
            int high = enough;
            if (!isEnough(candidate(high))) {
                return high;
            }
            while (high - low > 1) {
                int middle = (low + high) / 2;
                if (isEnough(candidate(middle))) {
                    high = middle;
                } else {
                    low = middle;
                }
            }
            return high;
        }

        private boolean isEnough(Candidate candidate) {
            Fidelity heldOut = candidate.heldOut();
            boolean promising = heldOut.lossPoints() <= goal.maxLossPoints()
                    || heldOut.clearlyBetterThan(contest.best().heldOut());
            return promising && goal.metBy(workbench.accuracy(candidate));
        }

        private Candidate candidate(int count) {
            return tried.computeIfAbsent(count, missing -> {
                Map<String, Precision> layers = order.first(count);
                Candidate made = workbench.mixed(start, technique(), layers);
                front.add(name(layers), layers, made, costs.latencyMs(layers));
                return made;
            });
        }
    }

    private static String name(Map<String, Precision> layers) {
        Map<Precision, Long> counts = new TreeMap<>();
        layers.values().forEach(precision -> counts.merge(precision, 1L, Long::sum));
        List<String> parts = counts.entrySet().stream()
                .map(entry -> entry.getValue()
                        + (entry.getValue() == 1 ? " layer in " : " layers in ")
                        + entry.getKey().label())
                .toList();
        return String.join(", ", parts);
    }
}
