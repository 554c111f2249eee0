package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.calibration.Entropy;
import io.quantfleet.quantizer.calibration.MeanSquaredError;
import io.quantfleet.quantizer.calibration.MovingAverage;
import io.quantfleet.quantizer.calibration.Percentile;
import io.quantfleet.quantizer.calibration.RangeMethod;
import io.quantfleet.quantizer.quantize.RangeChoice;
import io.quantfleet.quantizer.quantize.Recipe;
import io.quantfleet.quantizer.quantize.TensorClip;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tries methods of calibration for all tensors, then the other ones for a half of the tensors, a quarter, and so on: a
 * half that gains keeps what it gained.
 */
record CalibrationStep(Workbench workbench) implements Step {
    private static final List<RangeMethod> METHODS = List.of(
            Percentile.USUAL, new Percentile(99.99), new MeanSquaredError(), new Entropy(), new MovingAverage());

    private static final int BLOCK_TRIALS = 6;

    @Override
    public Technique technique() {
        return Technique.CALIBRATION;
    }

    @Override
    public void enter(Contest contest) {
        Candidate first = contest.best();
        first.calibration().withHistograms();
        RangeMethod runnerUp = METHODS.get(0);
        double closest = Double.NEGATIVE_INFINITY;
        for (RangeMethod method : METHODS) {
            Candidate candidate = with(first, RangeChoice.of(method));
            boolean won = contest.challenge(method.name(), candidate);
            if (!won && candidate.heldOut().closenessDb() > closest) {
                closest = candidate.heldOut().closenessDb();
                runnerUp = method;
            }
        }
        byBlocks(contest, runnerUp);
    }

    private Candidate with(Candidate candidate, RangeChoice ranges) {
        Recipe recipe = candidate.recipe().withRanges(ranges);
        return workbench.make(
                candidate.techniquesAnd("calibration-" + ranges.name()),
                candidate.findings(),
                candidate.calibration(),
                recipe);
    }

    private void byBlocks(Contest contest, RangeMethod other) {
        Candidate start = contest.best();
        RangeChoice chosen = start.recipe().ranges();
        if (!chosen.exceptions().isEmpty() || chosen.method().equals(other)) {
            return;
        }
        List<String> tensors =
                start.quantized().clips().stream().map(TensorClip::tensor).toList();
        Deque<List<String>> blocks = new ArrayDeque<>();
        split(tensors, blocks);
        for (int trial = 0; trial < BLOCK_TRIALS && !blocks.isEmpty(); trial++) {
            List<String> block = blocks.removeFirst();
            Map<String, RangeMethod> exceptions =
                    new HashMap<>(contest.best().recipe().ranges().exceptions());
            block.forEach(tensor -> exceptions.put(tensor, other));
            RangeChoice mixed = new RangeChoice(chosen.method(), exceptions);
            Candidate candidate = with(start, mixed);
            String name = chosen.method().name() + ", " + other.name() + " for " + exceptions.size() + " tensors";
            if (!contest.challenge(name, candidate)) {
                split(block, blocks);
            }
        }
    }

    private static void split(List<String> block, Deque<List<String>> blocks) {
        if (block.size() > 1) {
            blocks.addLast(block.subList(0, block.size() / 2));
            blocks.addLast(block.subList(block.size() / 2, block.size()));
        }
    }
}
