package io.quantfleet.quantizer.search;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.form.WeightBlocks;
import io.quantfleet.quantizer.form.WholeModelForm;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.quantize.RangeChoice;
import io.quantfleet.quantizer.quantize.Recipe;
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
 * taken; if none does, the closest.
 */
final class FormStep implements Step {
    private static final int RUNS = 20;
    private static final String CPU = "onnxruntime-cpu";
    private static final double MICROS_OF_A_MILLI = 1000;

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
        List<Priced> enough = new ArrayList<>();
        for (Form form : best.recipe().profile().forms()) {
            Optional<Candidate> made = worthTrying(form, best) ? make(form, best) : Optional.empty();
            if (made.isPresent()) {
                Priced priced = priced(made.get().quantized().method(), made.get());
                front.add(priced.name(), Map.of(), priced.candidate(), priced.latencyMs());
                contest.note(priced.name(), priced.candidate());
                if (goal.metBy(workbench.accuracy(priced.candidate()))) {
                    enough.add(priced);
                }
            }
        }
        if (enough.isEmpty()) {
            contest.chooseClosest();
            return;
        }
        if (goal.metBy(workbench.accuracy(best))) {
            enough.add(priced("the best so far", best));
        }
        enough.stream()
                .min(Comparator.comparingDouble(priced -> priced.cost(options.objective())))
                .ifPresent(cheapest -> contest.choose(cheapest.candidate()));
    }

    // Floats that are merely stored in 16 bits take as long as FP32.
    private boolean worthTrying(Form form, Candidate best) {
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
