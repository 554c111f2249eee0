package io.quantfleet.quantizer.search;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.evaluate.Latency;
import io.quantfleet.quantizer.evaluate.LatencyMeter;
import io.quantfleet.quantizer.evaluate.LatencyPlan;
import io.quantfleet.quantizer.form.WeightBlocks;
import io.quantfleet.quantizer.form.WeightOnly;
import io.quantfleet.quantizer.form.WeightOnlyOptions;
import io.quantfleet.quantizer.form.WholeModelForm;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.quantize.RangeChoice;
import io.quantfleet.quantizer.quantize.Recipe;
import io.quantfleet.quantizer.quantize.StaticQuantizer;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.Form;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Tries the other forms that a profile allows when static INT8 misses the budget: dynamic INT8 and weight-only forms on
 * CPUs, 16-bit activations on NPUs. Of those that meet it, and of the best so far if that does, the one that costs least is
 * taken; if none does, the closest. Of a transformer, weight-only forms are tried a second time with the classical
 * assignment, see {@link TransformerPreset}. Where static INT8 meets it, dynamic INT8 may still be faster: between matrix products,
 * a transformer's other operators are quicker on floats than with their inputs and outputs on integers.
 */
final class FormStep implements Step {
    private static final LatencyPlan RUNS = new LatencyPlan(5, 100, 20, Duration.ofSeconds(5));
    private static final String CPU = "onnxruntime-cpu";
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
    private record Priced(Candidate candidate, double latencyMs) {
        double cost(Objective objective) {
            return objective == Objective.LATENCY ? latencyMs : candidate.bytes();
        }
    }

    @Override
    public void enter(Contest contest) {
        Candidate best = contest.best();
        boolean met = goal.metBy(workbench.accuracy(best));
        List<Candidate> made = new ArrayList<>();
        for (Form form : best.recipe().profile().forms()) {
            if (met ? mayBeFaster(form, best) : mayBeCloser(form, best)) {
                possible(() -> form == Form.A16W8 ? wide(best) : whole(form, best))
                        .ifPresent(made::add);
            }
            if (!met && mayBePreset(form, best)) {
                possible(() -> preset(form, best)).ifPresent(made::add);
            }
        }
        if (made.isEmpty()) {
            return;
        }
        made.forEach(candidate -> contest.note(candidate.quantized().method(), candidate));
        List<Candidate> all = new ArrayList<>(made);
        all.add(best);
        List<Priced> priced = priced(all);
        double cheap =
                met ? CLEARLY_CHEAPER * priced.get(made.size()).cost(options.objective()) : Double.POSITIVE_INFINITY;
        Optional<Priced> cheapest = priced.stream()
                .limit(made.size())
                .filter(each -> each.cost(options.objective()) <= cheap)
                .filter(each -> goal.metBy(workbench.accuracy(each.candidate())))
                .min(Comparator.comparingDouble(each -> each.cost(options.objective())));
        if (cheapest.isPresent()) {
            contest.choose(cheapest.get().candidate());
        } else if (!met) {
            contest.chooseClosest();
        }
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

    // Embeddings, norms and the head are harmed most: in 16-bit floats they are left as good as they were.
    private boolean mayBePreset(Form form, Candidate best) {
        return (form == Form.WEIGHT_ONLY_INT8 || form == Form.WEIGHT_ONLY_INT4)
                && best.recipe().profile().forms().contains(Form.FP16)
                && TransformerPreset.suits(workbench.plain().prepared().model().graph());
    }

    private Candidate preset(Form form, Candidate best) {
        Set<String> excluded = new LinkedHashSet<>(excluded());
        excluded.addAll(
                TransformerPreset.excluded(workbench.plain().prepared().model().graph()));
        int bits = form == Form.WEIGHT_ONLY_INT8 ? Byte.SIZE : Byte.SIZE / 2;
        QuantizedModel made = WeightOnly.quantize(
                workbench.plain().prepared(), new WeightOnlyOptions(bits, blocks(best), excluded, true));
        return workbench.compared(
                List.of(form.label(), TransformerPreset.NAME), List.of(), workbench.plain(), best.recipe(), made);
    }

    private static Optional<Candidate> possible(Supplier<Candidate> maker) {
        try {
            return Optional.of(maker.get());
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
        WholeModelForm maker =
                new WholeModelForm(options.reducedRange(), options.perTensorWeights(), blocks(best), excluded());
        QuantizedModel made = maker.quantize(workbench.plain().prepared(), form);
        return workbench.compared(List.of(form.label()), List.of(), workbench.plain(), best.recipe(), made);
    }

    private Set<String> excluded() {
        return ExcludedLayers.find(workbench.plain().prepared().model().graph(), options.excluded())
                .keySet();
    }

    private static WeightBlocks blocks(Candidate best) {
        return WeightBlocks.usual().on(best.recipe().profile().runtime());
    }

    // All in turns, so that a busy machine slows them alike.
    private List<Priced> priced(List<Candidate> candidates) {
        List<OnnxSession> sessions = new ArrayList<>();
        try {
            for (Candidate candidate : candidates) {
                sessions.add(OnnxSession.open(candidate.quantized().model().serialized(), RuntimeOptions.threads(1)));
            }
            List<Latency> latencies = new LatencyMeter(
                            workbench.setting().calibration(), RUNS, System::nanoTime, ProgressListener.NONE)
                    .measure(sessions);
            List<Priced> priced = new ArrayList<>();
            for (Candidate candidate : candidates) {
                double millis = latencies.get(priced.size()).p50();
                front.add(candidate.quantized().method(), Map.of(), candidate, millis);
                priced.add(new Priced(candidate, millis));
            }
            return priced;
        } finally {
            sessions.forEach(OnnxSession::close);
        }
    }
}
