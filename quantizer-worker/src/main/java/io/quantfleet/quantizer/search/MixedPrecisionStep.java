package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.evaluate.Fidelity;
import io.quantfleet.quantizer.quantize.FloatLayer;
import io.quantfleet.quantizer.sensitivity.LayerSensitivity;
import io.quantfleet.quantizer.sensitivity.SensitivityProfile;
import io.quantfleet.quantizer.sensitivity.SensitivityProfiler;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Leaves the layers in FP32 that gain most for what they cost: one, two, four and so on, until the variant is accurate
 * enough, then fewer again as long as it stays so. Every variant on the way is a point between which a reader can choose.
 */
final class MixedPrecisionStep implements Step {
    private static final double LEAST_GAIN_DB = 1e-3;

    private final Workbench workbench;
    private final AccuracyGoal goal;
    private final Objective objective;
    private final ProgressListener listener;
    private final Map<Integer, Candidate> tried = new TreeMap<>();
    private Optional<SensitivityProfile> profile = Optional.empty();
    private List<ParetoPoint> points = List.of();

    MixedPrecisionStep(Workbench workbench, AccuracyGoal goal, Objective objective, ProgressListener listener) {
        this.workbench = workbench;
        this.goal = goal;
        this.objective = objective;
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

    /** The variants tried. */
    List<ParetoPoint> points() {
        return points;
    }

    @Override
    public void enter(Contest contest) {
        Candidate start = contest.best();
        SearchSetting setting = workbench.setting();
        SensitivityProfile sensitivity = new SensitivityProfiler(
                        setting.description(), setting.calibration(), setting.threads())
                .profile(start.calibration(), start.recipe().leaving(noKernels(start)), listener);
        profile = Optional.of(sensitivity);
        if (start.recipe().profile().everyOperator()) {
            // Nothing may stay in FP32; the profile of sensitivities says where the harm is.
            return;
        }
        LayerCosts costs = new LayerCosts(
                setting,
                start.calibration().prepared().model(),
                start.quantized().model());
        List<String> order = order(sensitivity, costs);
        int enough = climb(contest, start, order);
        int pick = fewest(contest, start, order, enough);
        contest.challenge(name(pick), candidate(start, order, pick));
        points = points(start, order, costs, contest.changed() ? pick : 0);
    }

    private static Map<String, String> noKernels(Candidate candidate) {
        Map<String, String> left = new LinkedHashMap<>();
        for (FloatLayer layer : candidate.quantized().leftFloat()) {
            left.put(layer.name(), layer.reason());
        }
        return left;
    }

    private List<String> order(SensitivityProfile sensitivity, LayerCosts costs) {
        double all = sensitivity.quantized().closenessDb();
        Comparator<LayerSensitivity> worth = Comparator.comparingDouble(layer -> {
            // What one sparing gives is small where many layers do harm: the harm alone breaks the tie.
            double gain = Math.max(LEAST_GAIN_DB, layer.spared().closenessDb() - all);
            double harm = Math.pow(10, -layer.alone().closenessDb() / 10);
            return (gain + harm) / Math.sqrt(costs.of(layer.name(), objective));
        });
        return sensitivity.layers().stream()
                .sorted(worth.reversed())
                .map(LayerSensitivity::name)
                .toList();
    }

    // How many layers in FP32 are enough, in doubling steps; half of all if nothing is.
    private int climb(Contest contest, Candidate start, List<String> order) {
        int count = 1;
        int most = Math.max(1, order.size() / 2);
        while (count < most && !isEnough(contest, candidate(start, order, count))) {
            count *= 2;
        }
        return Math.min(count, most);
    }

    private int fewest(Contest contest, Candidate start, List<String> order, int enough) {
        int low = enough / 2;
        int high = enough;
        if (!isEnough(contest, candidate(start, order, high))) {
            return high;
        }
        while (high - low > 1) {
            int middle = (low + high) / 2;
            if (isEnough(contest, candidate(start, order, middle))) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    private boolean isEnough(Contest contest, Candidate candidate) {
        Fidelity heldOut = candidate.heldOut();
        boolean promising = heldOut.lossPoints() <= goal.maxLossPoints()
                || heldOut.clearlyBetterThan(contest.best().heldOut());
        return promising && goal.metBy(workbench.accuracy(candidate));
    }

    private Candidate candidate(Candidate start, List<String> order, int count) {
        return tried.computeIfAbsent(count, missing -> {
            Map<String, String> left = new LinkedHashMap<>();
            order.subList(0, count)
                    .forEach(layer -> left.put(layer, "it is among the most sensitive layers (mixed precision)"));
            return workbench.make(
                    start.techniquesAnd(technique().wireName()),
                    start.findings(),
                    start.calibration(),
                    start.recipe().leaving(left));
        });
    }

    private static String name(int count) {
        return count == 1 ? "1 layer in FP32" : count + " layers in FP32";
    }

    private List<ParetoPoint> points(Candidate start, List<String> order, LayerCosts costs, int pick) {
        Map<Integer, Candidate> all = new TreeMap<>(tried);
        all.put(0, start);
        List<ParetoPoint> drawn = new ArrayList<>();
        all.forEach((count, candidate) -> {
            List<String> layers = order.subList(0, count);
            drawn.add(new ParetoPoint(
                    layers,
                    candidate.bytes(),
                    costs.latencyMs(layers),
                    candidate.heldOut(),
                    all.values().stream().noneMatch(other -> beats(other, candidate)),
                    count == pick));
        });
        return drawn;
    }

    private static boolean beats(Candidate one, Candidate other) {
        return one.bytes() <= other.bytes()
                && one.heldOut().closenessDb() > other.heldOut().closenessDb();
    }
}
