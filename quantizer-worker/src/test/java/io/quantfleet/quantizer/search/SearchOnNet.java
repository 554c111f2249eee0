package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.TrainingOptions;
import io.quantfleet.quantizer.calibration.MinMax;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.evaluate.AccuracyGate;
import io.quantfleet.quantizer.evaluate.HeldOut;
import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Searches for a variant of one of {@link HardNets}, on samples whose labels are what FP32 says. */
final class SearchOnNet {
    private static final int ELEMENTS = HardNets.CHANNELS * HardNets.SIZE * HardNets.SIZE;
    private static final ModelDescription DESCRIPTION = ModelDescription.parse("""
            name: net
            task: classification
            onnx: net.onnx
            inputs:
              - {name: x, kind: tensor, type: float32, shape: [batch, 8, 8, 8]}
            output: y
            labels: [a, b, c, d, e]
            """, "net.model.yaml");

    private final OnnxModel net;
    private final DeviceClassProfile profile;
    private AccuracyGoal goal = new AccuracyGoal(2, Optional.empty());
    private Objective objective = Objective.LATENCY;
    private boolean perTensor;
    private Set<Technique> techniques = EnumSet.allOf(Technique.class);
    private final List<Rung> rungs = new ArrayList<>();

    SearchOnNet(String net, DeviceClassProfile profile) {
        this.net = HardNets.of(net);
        this.profile = profile;
    }

    SearchOnNet goal(AccuracyGoal value) {
        goal = value;
        return this;
    }

    SearchOnNet objective(Objective value) {
        objective = value;
        return this;
    }

    SearchOnNet perTensor(boolean value) {
        perTensor = value;
        return this;
    }

    SearchOnNet techniques(Set<Technique> value) {
        techniques = value;
        return this;
    }

    /** What FP32 chooses is right. */
    private record Answered(GaussianSamples all, int first, int size, List<Integer> labels) implements LabelledSamples {
        @Override
        public int label(int sample) {
            return labels.get(first + sample);
        }

        @Override
        public String name(int sample) {
            return "sample " + sample;
        }

        @Override
        public byte[] compact(int sample, String inputName) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void fill(int sample, String inputName, ByteBuffer target) {
            all.fill(first + sample, inputName, target);
        }

        @Override
        public void close() {
            // There is nothing to release.
        }
    }

    SearchResult search() {
        GaussianSamples all = new GaussianSamples(400, ELEMENTS);
        List<Integer> labels = labels(all);
        Answered validation = new Answered(all, 200, 200, labels);
        Answered heldOut = new Answered(all, 120, 80, labels);
        SearchSetting setting = new SearchSetting(
                net,
                DESCRIPTION,
                new Answered(all, 0, 120, labels),
                heldOut,
                new HeldOut(net, DESCRIPTION, heldOut, 1),
                Optional.empty(),
                Optional.empty(),
                new AccuracyGate(net, DESCRIPTION, validation, 1),
                1,
                Optional.empty(),
                Optional.empty());
        SearchOptions options = new SearchOptions(
                false, new MinMax(), techniques, perTensor, false, objective, List.of(), TrainingOptions.USUAL, 1);
        return new LadderSearch(setting, options, profile, goal, rungs::add, ProgressListener.NONE).climb();
    }

    private List<Integer> labels(GaussianSamples all) {
        List<Integer> labels = new ArrayList<>();
        try (OnnxSession session = OnnxSession.open(net.serialized(), RuntimeOptions.threads(1))) {
            var batch = session.newBatch(1);
            for (int i = 0; i < all.size(); i++) {
                batch.fill(all, i, 1);
                batch.run(1);
                float[] scores = batch.output("y").floats();
                int best = 0;
                for (int label = 1; label < scores.length; label++) {
                    best = scores[label] > scores[best] ? label : best;
                }
                labels.add(best);
            }
        }
        return labels;
    }

    Rung last() {
        return rungs.get(rungs.size() - 1);
    }

    List<Rung> rungs() {
        return rungs;
    }
}
