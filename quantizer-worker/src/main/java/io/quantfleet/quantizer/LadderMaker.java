package io.quantfleet.quantizer;

import io.quantfleet.quantizer.QuantizationOptions.Method;
import io.quantfleet.quantizer.QuantizationProgress.Step;
import io.quantfleet.quantizer.evaluate.LikelihoodBudget;
import io.quantfleet.quantizer.search.AccuracyGoal;
import io.quantfleet.quantizer.search.LadderSearch;
import io.quantfleet.quantizer.search.Rung;
import io.quantfleet.quantizer.search.SearchOptions;
import io.quantfleet.quantizer.search.SearchResult;
import io.quantfleet.quantizer.search.Technique;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.train.TrainingPoint;
import java.nio.file.Path;

/** Makes variants by climbing the ladder of techniques, or by doing what the options say. */
final class LadderMaker implements VariantMaker {

    @Override
    public MadeVariant make(Source source, DeviceClassProfile profile, Path target, MakingListener listener) {
        QuantizationOptions options = source.options();
        Climb climb = new Climb(listener);
        climb.progressed(0);
        SearchResult found = new LadderSearch(
                        source.setting(),
                        searchOptions(options, profile),
                        profile,
                        new AccuracyGoal(
                                profile.lossBudget(options.maxLossPoints()),
                                options.likelihood().orElse(LikelihoodBudget.usual()),
                                profile.agreementBudget(options.minAgreement())),
                        climb,
                        climb::progressed)
                .climb();
        listener.progressed(Step.QUANTIZE, 0);
        long start = System.nanoTime();
        found.variant().model().write(target);
        double writing = (System.nanoTime() - start) / 1e9;
        listener.progressed(Step.QUANTIZE, 1);
        return new MadeVariant(found.trail(), found.calibrateSeconds(), found.quantizeSeconds() + writing);
    }

    private static SearchOptions searchOptions(QuantizationOptions options, DeviceClassProfile profile) {
        return new SearchOptions(
                options.method() != Method.AUTO,
                options.calibration(),
                options.techniques(),
                options.perTensorWeights(),
                options.reducedRange() || profile.weights().reducedRange(),
                options.objective(),
                options.excluded(),
                options.training(),
                options.seed());
    }

    /** Nobody knows how many rungs it takes: each passes the same share of what is left of the way. */
    private static final class Climb implements LadderSearch.RungListener {
        private static final double RUNGS = Technique.values().length + 1.0;

        private final MakingListener listener;
        private int rungs;

        Climb(MakingListener listener) {
            this.listener = listener;
        }

        @Override
        public void trained(TrainingPoint point) {
            listener.trained(point);
        }

        void progressed(double ofThisPass) {
            listener.progressed(Step.CALIBRATE, rungs / RUNGS);
        }

        @Override
        public void climbed(Rung rung) {
            rungs++;
            listener.climbed(rung);
            listener.progressed(Step.CALIBRATE, Math.min(1, rungs / RUNGS));
        }
    }
}
