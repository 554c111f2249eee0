package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.evaluate.Accuracy;
import io.quantfleet.quantizer.evaluate.Fidelity;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.Calibration;
import io.quantfleet.quantizer.quantize.RangeChoice;
import io.quantfleet.quantizer.quantize.Recipe;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.technique.Finding;
import io.quantfleet.quantizer.train.TrainingListener;
import io.quantfleet.quantizer.train.TrainingPoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Climbs from cheap techniques to dear ones until a variant is accurate enough, and tells of every rung. Within a rung,
 * and between rungs, variants are chosen by samples held out of calibration; the validation samples only tell whether the
 * best so far is accurate enough, which is when the climb ends. See {@code docs/decisions/0009-the-ladder.md}. For use by
 * one thread.
 */
public final class LadderSearch {
    private static final Duration LEAST_LEARNING = Duration.ofSeconds(1);

    private final Workbench workbench;
    private final SearchSetting setting;
    private final SearchOptions options;
    private final DeviceClassProfile profile;
    private final AccuracyGoal goal;
    private final RungListener rungs;
    private final ProgressListener listener;
    private final List<Rung> climbed = new ArrayList<>();
    private final List<TrainingPoint> curve = new ArrayList<>();
    private final Front front = new Front();
    private final MixedPrecisionStep mixed;

    /** Hears of each rung when it is done, on the thread that searches. */
    @FunctionalInterface
    public interface RungListener {
        void climbed(Rung rung);

        /** Called while a variant is trained. */
        default void trained(TrainingPoint point) {}
    }

    /**
     * Prepares a search.
     *
     * @param profile what the variant shall run on
     * @param rungs hears of each rung
     * @param listener hears of each step within a rung; it stops the search by throwing
     */
    public LadderSearch(
            SearchSetting setting,
            SearchOptions options,
            DeviceClassProfile profile,
            AccuracyGoal goal,
            RungListener rungs,
            ProgressListener listener) {
        this.setting = setting;
        this.options = options;
        this.profile = options.perTensorWeights() ? profile.withWeightsPerTensor() : profile;
        this.goal = goal;
        this.rungs = rungs;
        this.listener = listener;
        this.workbench = new Workbench(setting, listener);
        this.mixed = new MixedPrecisionStep(workbench, goal, options.objective(), front, listener);
    }

    /** The best variant so far that is accurate enough, else the best; and whether there is any left to wish for. */
    private record Standing(Candidate best, Optional<Candidate> enough, boolean surpassed) {
        Candidate chosen() {
            return enough.orElse(best);
        }
    }

    /**
     * Searches.
     *
     * @throws io.quantfleet.quantizer.QuantizerException if the model can't be quantized for the profile at all
     */
    public SearchResult climb() {
        Standing standing = firstRung();
        for (Step step : freeSteps()) {
            if (allowed(step) && (options.forced() || !standing.surpassed())) {
                standing = rung(step, standing);
            }
        }
        standing = learnt(standing);
        boolean met = standing.enough().isPresent();
        if (allowed(mixed) && (options.forced() || !met)) {
            standing = rung(mixed, standing);
        }
        FormStep forms = new FormStep(workbench, goal, options, front);
        if (allowed(forms) && !options.forced()) {
            standing = rung(forms, standing);
        }
        return result(standing);
    }

    // What learns shares the time for training: each gets the same part of what is left, so that something remains for
    // the last, which gains most.
    private Standing learnt(Standing before) {
        Map<Technique, Function<Duration, Step>> steps = new EnumMap<>(Technique.class);
        steps.put(Technique.ADAROUND, time -> new AdaRoundStep(workbench, time, options.seed(), listener));
        if (options.forced() || mayTrain()) {
            steps.put(Technique.BLOCK_RECONSTRUCTION, time -> new BlockStep(workbench, time, options.seed(), listener));
            steps.put(Technique.QAT, this::training);
        }
        steps.keySet().retainAll(options.techniques());
        long end = System.nanoTime() + options.training().time().toNanos();
        Standing standing = before;
        int left = steps.size();
        for (Function<Duration, Step> step : steps.values()) {
            if (options.forced() || standing.enough().isEmpty()) {
                long share = (end - System.nanoTime()) / left;
                standing = rung(step.apply(Duration.ofNanos(Math.max(LEAST_LEARNING.toNanos(), share))), standing);
            }
            left--;
        }
        return standing;
    }

    private QatStep training(Duration time) {
        TrainingListener hearing = new TrainingListener() {
            @Override
            public void progressed(double fraction) {
                listener.progressed(fraction);
            }

            @Override
            public void trained(TrainingPoint point) {
                rungs.trained(point);
            }
        };
        return new QatStep(workbench, options.training(), time, profile.name(), options.seed(), hearing, curve::addAll);
    }

    private boolean mayTrain() {
        return setting.training().isPresent() || options.training().distillation();
    }

    private boolean allowed(Step step) {
        return options.techniques().contains(step.technique());
    }

    // What costs nothing at run time is tried until nothing is left to wish for.
    private List<Step> freeSteps() {
        List<Step> steps = new ArrayList<>();
        steps.add(new SoftmaxBoundsStep(workbench));
        if (!options.forced()) {
            steps.add(new CalibrationStep(workbench));
        }
        steps.add(new EqualizationStep(workbench));
        steps.add(new SmoothQuantStep(workbench));
        steps.add(new BiasCorrectionStep(workbench));
        steps.add(new WeightStep(workbench));
        return steps;
    }

    private Standing firstRung() {
        long start = System.nanoTime();
        PreparedModel prepared = PreparedModel.of(
                setting.original(), setting.calibration(), setting.sampleShapes(), profile.staticShapes());
        Calibration calibration = workbench.calibration(prepared);
        Recipe recipe = Recipe.of(profile, RangeChoice.of(options.ranges()))
                .withReducedRange(options.reducedRange())
                .leaving(ExcludedLayers.find(prepared.model().graph(), options.excluded()));
        String name = "calibration-" + options.ranges().name();
        Candidate first = workbench.make(List.of(name), List.of(), calibration, recipe);
        Contest contest = new Contest(first, false);
        Standing none = new Standing(first, Optional.empty(), false);
        return validated(name, contest, List.of(new Trial(name, first.heldOut(), true)), Optional.empty(), none, start);
    }

    private Standing rung(Step step, Standing before) {
        long start = System.nanoTime();
        Contest contest = new Contest(before.best(), options.forced());
        step.enter(contest);
        String name = step.technique().wireName();
        if (contest.changed()) {
            return validated(
                    name, contest, contest.trials(), Optional.of(before.best().heldOut()), before, start);
        }
        if (!contest.trials().isEmpty()) {
            Fidelity same = before.best().heldOut();
            tell(new Rung(
                    name,
                    contest.trials(),
                    List.of(),
                    Optional.of(same),
                    same,
                    Optional.empty(),
                    before.enough().isPresent(),
                    before.best().bytes(),
                    seconds(start)));
        }
        return before;
    }

    private Standing validated(
            String name, Contest contest, List<Trial> trials, Optional<Fidelity> earlier, Standing before, long start) {
        Candidate best = contest.best();
        Accuracy accuracy = workbench.accuracy(best);
        boolean met = goal.metBy(accuracy);
        List<Finding> findings = best.findings().stream()
                .filter(finding ->
                        earlier.isEmpty() || !before.best().findings().contains(finding))
                .toList();
        tell(new Rung(
                name,
                trials,
                findings,
                earlier,
                best.heldOut(),
                Optional.of(accuracy),
                met,
                best.bytes(),
                seconds(start)));
        return new Standing(
                best, met ? Optional.of(best) : before.enough(), goal.surpassedBy(accuracy, best.heldOut()));
    }

    private void tell(Rung rung) {
        climbed.add(rung);
        rungs.climbed(rung);
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private SearchResult result(Standing standing) {
        Candidate chosen = standing.chosen();
        String method = chosen.quantized().method();
        if (!options.forced()) {
            method = "auto-" + (method.startsWith("static-") ? method.substring("static-".length()) : method);
        }
        Trail trail = new Trail(
                method,
                chosen.techniques(),
                setting.calibration().size(),
                setting.heldOut().size(),
                climbed,
                chosen.quantized().leftFloat(),
                chosen.quantized().clips(),
                mixed.profile(),
                front.points(chosen),
                chosen.quantized().reconstructions(),
                curve);
        return new SearchResult(chosen.quantized(), trail, workbench.calibrateSeconds(), workbench.quantizeSeconds());
    }
}
