package io.quantfleet.quantizer.calibration;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.runtime.RuntimeOptions.Optimization;
import io.quantfleet.quantizer.runtime.TensorSpec;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams samples through a model and collects what its tensors show. Every thread carries samples all the way, from
 * decoding through the model to the histograms, so that all three overlap and nothing waits. What is kept depends on the
 * number of tensors and threads, never on the number of samples; results depend on neither threads nor their timing.
 *
 * @param threads how many threads compute
 * @param batchSize the most samples in a run, where the model leaves that open
 * @param outputBytes how much memory whole tensors may take on their way to histograms; where it does not do, fewer runs
 *     are made side by side, and then several passes, each for some of the tensors
 */
public record Calibrator(int threads, int batchSize, long outputBytes) {
    private static final Logger LOG = LoggerFactory.getLogger(Calibrator.class);

    private static final long USUAL_OUTPUT_BYTES = 1L << 30;
    /** What a lane computes and counts at a time should not be much more than its caches hold. */
    private static final long LANE_BYTES = 16L << 20;
    /** The same for inputs: what is computed from them is many times larger. */
    private static final long LANE_INPUT_BYTES = 5L << 19;
    /** Less than this is put in order in less time than it takes to prepare a model that needs not. */
    private static final long WORTH_A_MODEL = 1L << 30;
    /** After so many samples, tensors that reached both their bounds are not watched any longer. */
    private static final int LOOK = 16;
    /** Where one of so many tensors has bounds. */
    private static final int CLIPS_WORTH_A_LOOK = 4;

    /** Some consecutive samples. */
    private record Stretch(SampleSource all, int first, int size) implements SampleSource {
        @Override
        public void fill(int sample, String inputName, ByteBuffer target) {
            all.fill(first + sample, inputName, target);
        }
    }

    public Calibrator {
        if (threads < 1 || batchSize < 1 || outputBytes < 1) {
            throw new IllegalArgumentException("calibration needs a thread, a sample in a batch, and some memory");
        }
    }

    /** Calibration with no more than a gigabyte for whole tensors. */
    public Calibrator(int threads, int batchSize) {
        this(threads, batchSize, USUAL_OUTPUT_BYTES);
    }

    /**
     * Collects statistics.
     *
     * @param model the FP32 model
     * @param request which of its tensors to watch, and what of them
     * @param listener hears on this thread how far it is
     * @throws io.quantfleet.quantizer.QuantizerException if the model fails to run, a sample can't be read, or a tensor
     *     takes a value that is not finite
     */
    public CalibrationStatistics collect(
            OnnxModel model, CalibrationRequest request, SampleSource samples, ProgressListener listener) {
        if (!request.rangesAlone() || samples.size() < 2 * LOOK) {
            return collectAll(model, request, samples, listener);
        }
        Clips clips = Clips.of(model, request.tensors());
        if (clips.tensors().size() * CLIPS_WORTH_A_LOOK < request.tensors().size()) {
            return collectAll(model, request, samples, listener);
        }
        double share = (double) LOOK / samples.size();
        CalibrationStatistics first =
                collectAll(model, request, new Stretch(samples, 0, LOOK), done -> listener.progressed(done * share));
        Set<String> open = clips.notYetReached(first);
        CalibrationStatistics rest = collectAll(
                model,
                CalibrationRequest.ranges(open),
                new Stretch(samples, LOOK, samples.size() - LOOK),
                done -> listener.progressed(share + done * (1 - share)));
        return first.andRanges(rest);
    }

    private CalibrationStatistics collectAll(
            OnnxModel model, CalibrationRequest request, SampleSource samples, ProgressListener listener) {
        Deque<Set<String>> groups = new ArrayDeque<>();
        if (!request.tensors().isEmpty()) {
            groups.add(request.tensors());
        }
        CalibrationStatistics all = CalibrationStatistics.empty();
        for (int done = 0; !groups.isEmpty(); ) {
            Set<String> group = groups.remove();
            Instruments instruments = Instruments.of(model, request, group);
            try (OnnxSession session = open(instruments, 1)) {
                long bytes = sampleBytes(session.inputs()) + sampleBytes(session.outputs());
                if (bytes > outputBytes && group.size() > 1) {
                    halve(group).forEach(groups::addFirst);
                    continue;
                }
                int before = done++;
                int passes = done + groups.size();
                all = all.with(pass(
                        session,
                        instruments,
                        samples,
                        bytes,
                        fraction -> listener.progressed((before + fraction) / passes)));
            }
        }
        return all;
    }

    private CalibrationStatistics pass(
            OnnxSession narrow, Instruments instruments, SampleSource samples, long bytes, ProgressListener listener) {
        int lanes = (int) Math.max(1, Math.min(threads, outputBytes / bytes));
        long fits = Math.min(LANE_BYTES / bytes, LANE_INPUT_BYTES / sampleBytes(narrow.inputs()));
        int batch = (int) Math.max(1, Math.min(Math.min(batchSize, samples.size()), fits));
        boolean inAnyOrder = !instruments.whole().isEmpty() && bytes * samples.size() > WORTH_A_MODEL;
        Optional<OnnxSession> quicker =
                inAnyOrder ? openInAnyOrder(instruments.model(), threads / lanes) : Optional.empty();
        if (quicker.isEmpty() && lanes == threads) {
            return pass(narrow, instruments, samples, lanes, batch, listener);
        }
        try (OnnxSession session = quicker.orElseGet(() -> open(instruments, threads / lanes))) {
            return pass(session, instruments, samples, lanes, batch, listener);
        }
    }

    private static Optional<OnnxSession> openInAnyOrder(OnnxModel model, int threads) {
        RuntimeOptions options = RuntimeOptions.threads(threads).withOptimization(Optimization.NONE);
        Optional<OnnxModel> blocked = BlockedLayout.keptByOutputs(model);
        try {
            return blocked.map(optimized -> OnnxSession.open(optimized.serialized(), options));
        } catch (QuantizerException e) {
            // ONNX Runtime does not read all that it writes. Then everything is put in order, and counts the same.
            LOG.debug("the optimized model does not load: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private static CalibrationStatistics pass(
            OnnxSession session,
            Instruments instruments,
            SampleSource samples,
            int lanes,
            int batch,
            ProgressListener listener) {
        try (CalibrationPass pass = new CalibrationPass(session, instruments, samples, lanes, batch)) {
            return pass.run(listener);
        }
    }

    private static OnnxSession open(Instruments instruments, int threads) {
        return OnnxSession.open(instruments.model().serialized(), RuntimeOptions.threads(threads));
    }

    // Of one sample, or of a whole batch where the model fixes it.
    private static long sampleBytes(List<TensorSpec> tensors) {
        long bytes = 1;
        for (TensorSpec tensor : tensors) {
            bytes += tensor.sampleElements().orElse(0)
                    * tensor.fixedBatch().orElse(1)
                    * tensor.type().bytes();
        }
        return bytes;
    }

    // The latter half first, for a stack.
    private static List<Set<String>> halve(Set<String> group) {
        List<String> names = List.copyOf(group);
        int middle = names.size() / 2;
        return List.of(
                new LinkedHashSet<>(names.subList(middle, names.size())),
                new LinkedHashSet<>(names.subList(0, middle)));
    }
}
