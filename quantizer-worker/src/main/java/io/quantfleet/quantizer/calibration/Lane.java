package io.quantfleet.quantizer.calibration;

import io.quantfleet.quantizer.calibration.Instruments.Reduction;
import io.quantfleet.quantizer.calibration.Sighting.Extremes;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.OnnxSession;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One of the lanes that samples pass through side by side: decoded, run and counted on one thread, in buffers of
 * its own. For use by one thread at a time.
 */
final class Lane {
    private final Instruments instruments;
    private final Batch batch;
    private final FloatCounter counter = new FloatCounter();
    private final Map<String, LogHistogram> histograms;

    /** @param histograms by tensor, shared with other lanes */
    Lane(OnnxSession session, Instruments instruments, Map<String, LogHistogram> histograms, int batchSize) {
        this.instruments = instruments;
        this.histograms = histograms;
        this.batch = session.newBatch(batchSize);
    }

    /** The most samples in one run. */
    int capacity() {
        return batch.capacity();
    }

    /**
     * Runs some samples. A model of a fixed batch sees the first samples again where the last run lacks some.
     *
     * @throws io.quantfleet.quantizer.QuantizerException if a sample can't be read or the model fails
     */
    Sighting run(SampleSource samples, int first, int count) {
        int rows = batch.fixed() ? batch.capacity() : count;
        batch.fill((sample, input, target) -> samples.fill(sample % samples.size(), input, target), first, rows);
        batch.run(rows);
        Map<String, Extremes> extremes = new LinkedHashMap<>();
        readVectors(extremes);
        histograms.forEach((tensor, histogram) -> extremes.put(tensor, count(tensor, histogram)));
        Map<String, float[]> means = new LinkedHashMap<>();
        instruments
                .means()
                .forEach((tensor, output) ->
                        means.put(tensor, batch.output(output).floats()));
        return new Sighting(count, extremes, means);
    }

    private void readVectors(Map<String, Extremes> extremes) {
        if (instruments.reductions().isEmpty()) {
            return;
        }
        FloatBuffer values = batch.output(instruments.extremes()).data().asFloatBuffer();
        for (Reduction reduction : instruments.reductions()) {
            Extremes seen = new Extremes(reduction.fromZero() ? 0 : values.get(), values.get());
            boolean number = !reduction.sum() || !Float.isNaN(values.get());
            extremes.put(reduction.tensor(), number ? seen : Extremes.NOT_FINITE);
        }
    }

    private Extremes count(String tensor, LogHistogram histogram) {
        String output = instruments.whole().getOrDefault(tensor, tensor);
        return counter.count(batch.output(output).data(), histogram);
    }
}
