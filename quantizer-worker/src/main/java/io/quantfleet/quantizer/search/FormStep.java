package io.quantfleet.quantizer.search;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.form.WeightBlocks;
import io.quantfleet.quantizer.form.WholeModelForm;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.quantize.RangeChoice;
import io.quantfleet.quantizer.quantize.Recipe;
import io.quantfleet.quantizer.quantize.StaticQuantizer;
import io.quantfleet.quantizer.runtime.HostTensor;
import io.quantfleet.quantizer.runtime.OperatorTimes;
import io.quantfleet.quantizer.sensitivity.SampleFeeds;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.Form;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tries the other forms that a profile allows when static INT8 misses the budget: dynamic INT8 and weight-only forms on
 * CPUs, 16-bit activations on NPUs. Of those that meet it, and of the best so far if that does, the one that costs least is
 * taken; if none does, the closest. Where static INT8 meets it, dynamic INT8 may still be faster: between matrix products,
 * a transformer's other operators are quicker on floats than with their inputs and outputs on integers.
 */
final class FormStep implements Step {
    private static final int RUNS = 20;
    private static final String CPU = "onnxruntime-cpu";
    private static final double MICROS_OF_A_MILLI = 1000;
    /** Another form must take this share of what the best so far takes at most: timings are not exact. */
    private static final double CLEARLY_CHEAPER = 0.9;

    private final Workbench workbench;
    private final AccuracyGoal goal;
    private final SearchOptions options;
    private final Front front;

    FormStep(Workbench workbench, AccuracyGoal goal, SearchOptions options, Front front) {
        this.workbench = workbench;
        this.goal = goal;
        this.options = options;
        this.front = front;
    }

    @Override
    public Technique technique() {
        return Technique.FORMS;
    }

    /** A variant, and what it takes. */
    private record Priced(String name, Candidate candidate, double latencyMs) {
        double cost(Objective objective) {
            return objective == Objective.LATENCY ? latencyMs : candidate.bytes();
        }
    }

    @Override
    public void enter(Contest contest) {
        Candidate best = contest.best();
        boolean met = goal.metBy(workbench.accuracy(best));
        List<Priced> enough = new ArrayList<>();
        for (Form form : best.recipe().profile().forms()) {
            boolean worthTrying = met ? mayBeFaster(form, best) : mayBeCloser(form, best);
            Optional<Candidate> made = worthTrying ? make(form, best) : Optional.empty();
            if (made.isPresent()) {
                Priced priced = shown(made.get().quantized().method(), made.get());
                contest.note(priced.name(), priced.candidate());
                if (goal.metBy(workbench.accuracy(priced.candidate()))) {
                    enough.add(priced);
                }
            }
        }
        if (!met && enough.isEmpty()) {
            contest.chooseClosest();
        } else if (!enough.isEmpty()) {
            double most = met
                    ? CLEARLY_CHEAPER * shown(best.quantized().method(), best).cost(options.objective())
                    : Double.POSITIVE_INFINITY;
            enough.stream()
                    .filter(priced -> priced.cost(options.objective()) <= most)
                    .min(Comparator.comparingDouble(priced -> priced.cost(options.objective())))
                    .ifPresent(cheapest -> contest.choose(cheapest.candidate()));
        }
    }

    private Priced shown(String name, Candidate candidate) {
        Priced priced = priced(name, candidate);
        front.add(name, Map.of(), candidate, priced.latencyMs());
        return priced;
    }

    private boolean mayBeFaster(Form form, Candidate best) {
        return form == Form.DYNAMIC_INT8
                && options.objective() == Objective.LATENCY
                && StaticQuantizer.quantizedLayers(best.calibration(), best.recipe()).stream()
                        .noneMatch(layer -> layer.is("Conv"));
    }

    // Floats that are merely stored in 16 bits take as long as FP32.
    private boolean mayBeCloser(Form form, Candidate best) {
        DeviceClassProfile profile = best.recipe().profile();
        return switch (form) {
            case STATIC_INT8 -> false;
            case A16W8 -> profile.activations().type().bytes() == 1;
            case FP16 ->
                options.objective() == Objective.BYTES || !profile.runtime().equals(CPU);
            case DYNAMIC_INT8, WEIGHT_ONLY_INT8, WEIGHT_ONLY_INT4 -> true;
        };
    }

    private Optional<Candidate> make(Form form, Candidate best) {
        try {
            return Optional.of(form == Form.A16W8 ? wide(best) : whole(form, best));
        } catch (QuantizerException e) {
            if (e.code() != ReasonCode.QUANTIZATION_FAILED) {
                throw e;
            }
            // A model without stored matrices, say, has no such form.
            return Optional.empty();
        }
    }

    private Candidate wide(Candidate best) {
        Recipe recipe = best.recipe();
        Recipe wide =
                recipe.withProfile(recipe.profile().withWideActivations()).withRanges(RangeChoice.of(options.ranges()));
        return workbench.make(best.techniquesAnd(Form.A16W8.label()), best.findings(), best.calibration(), wide);
    }

    private Candidate whole(Form form, Candidate best) {
        WholeModelForm maker = new WholeModelForm(
                options.reducedRange(),
                options.perTensorWeights(),
                WeightBlocks.usual().on(best.recipe().profile().runtime()),
                ExcludedLayers.find(workbench.plain().prepared().model().graph(), options.excluded())
                        .keySet());
        QuantizedModel made = maker.quantize(workbench.plain().prepared(), form);
        return workbench.compared(List.of(form.label()), List.of(), workbench.plain(), best.recipe(), made);
    }

    private Priced priced(String name, Candidate candidate) {
        SearchSetting setting = workbench.setting();
        Map<String, HostTensor> sample = new SampleFeeds(setting.description(), setting.calibration()).of(0, 1);
        double micros = OperatorTimes.measure(candidate.quantized().model().serialized(), sample, RUNS)
                .total();
        return new Priced(name, candidate, micros / MICROS_OF_A_MILLI);
    }
}
