package io.quantfleet.quantizer.quantize;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.calibration.CalibrationRequest;
import io.quantfleet.quantizer.calibration.CalibrationStatistics;
import io.quantfleet.quantizer.calibration.Calibrator;
import io.quantfleet.quantizer.calibration.MinMax;
import io.quantfleet.quantizer.calibration.Range;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.OnnxModel;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The ranges of one model's tensors, found when they are asked for and kept. */
final class Calibration {
    private final Calibrator calibrator;
    private final OnnxModel model;
    private final SampleSource samples;
    private final ProgressListener listener;
    private final Map<String, Range> known = new HashMap<>();
    private long nanos;

    Calibration(Calibrator calibrator, OnnxModel model, SampleSource samples, ProgressListener listener) {
        this.calibrator = calibrator;
        this.model = model;
        this.samples = samples;
        this.listener = listener;
    }

    /** The ranges of these tensors, and maybe of others. */
    Map<String, Range> ranges(Set<String> tensors) {
        Set<String> missing = new LinkedHashSet<>(tensors);
        missing.removeAll(known.keySet());
        if (!missing.isEmpty()) {
            long start = System.nanoTime();
            CalibrationStatistics seen =
                    calibrator.collect(model, CalibrationRequest.ranges(missing), samples, listener);
            seen.tensors().forEach(tensor -> known.put(tensor, seen.of(tensor).range()));
            nanos += System.nanoTime() - start;
        }
        return Map.copyOf(known);
    }

    /** The method's name in reports. */
    String method() {
        return new MinMax().name();
    }

    /** How long it took until now. */
    Duration spent() {
        return Duration.ofNanos(nanos);
    }
}
