package io.quantfleet.quantizer.calibration;

import io.quantfleet.protocols.Sha256;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.cache.ContentCache;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.runtime.OnnxSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calibration that is kept between runs and shared by device classes: what samples showed of a model's tensors is found again
 * by the contents of the model and of the samples. Safe for use by several threads and processes; of two that calibrate the
 * same at once, one's work is kept.
 */
public final class StatisticsCache {
    private static final Logger LOG = LoggerFactory.getLogger(StatisticsCache.class);

    private final ContentCache files;
    private final Sha256 samplesDigest;

    /**
     * Keeps statistics of some samples.
     *
     * @param samplesDigest tells the samples, and how they become a model's inputs, from others
     */
    public StatisticsCache(ContentCache files, Sha256 samplesDigest) {
        this.files = files;
        this.samplesDigest = samplesDigest;
    }

    /**
     * What a request asks for, and perhaps more tensors: from what is kept, and from a pass over the samples for the rest.
     *
     * @throws io.quantfleet.quantizer.QuantizerException as {@link Calibrator#collect}
     */
    public CalibrationStatistics collect(
            Calibrator calibrator,
            OnnxModel model,
            CalibrationRequest request,
            SampleSource samples,
            ProgressListener listener) {
        Sha256 key = key(calibrator, model, request);
        CalibrationStatistics known = find(key);
        Set<String> missing = new LinkedHashSet<>(request.tensors());
        missing.removeAll(known.tensors());
        if (missing.isEmpty()) {
            return known;
        }
        CalibrationStatistics all = known.with(calibrator.collect(model, request.of(missing), samples, listener));
        files.keep(key, StatisticsFile.write(all));
        return all;
    }

    private CalibrationStatistics find(Sha256 key) {
        Optional<byte[]> kept = files.find(key);
        if (kept.isEmpty()) {
            return CalibrationStatistics.empty();
        }
        try {
            return StatisticsFile.read(kept.get());
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("statistics that were kept can't be read; the model is calibrated anew: {}", e.toString());
            return CalibrationStatistics.empty();
        }
    }

    // Means are kept apart: where a tensor's channels lie is asked for with them.
    private Sha256 key(Calibrator calibrator, OnnxModel model, CalibrationRequest request) {
        MessageDigest digest = Sha256.newDigest();
        String kind = request.channels().isEmpty() ? "values" : "means";
        String text = String.join(
                "\n",
                files.program().hex(),
                OnnxSession.kernels(),
                samplesDigest.hex(),
                kind,
                Boolean.toString(request.histograms()),
                calibrator.toString());
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update(model.serialized());
        return Sha256.ofDigest(digest.digest());
    }
}
