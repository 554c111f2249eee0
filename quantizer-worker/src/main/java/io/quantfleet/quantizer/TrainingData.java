package io.quantfleet.quantizer;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.dataset.Datasets;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import java.nio.file.Path;
import java.util.Optional;

/** The samples to train with, if there are any. */
record TrainingData(Optional<LabelledSamples> samples) implements AutoCloseable {
    private static final int FEWEST = 64;

    /**
     * Opens them.
     *
     * @throws QuantizerException if they don't fit the model, or are too few to train with
     */
    static TrainingData open(Optional<Path> file, ModelDescription description) {
        Optional<LabelledSamples> samples = file.map(path -> Datasets.openForTraining(path, description));
        samples.filter(opened -> opened.size() < FEWEST).ifPresent(few -> {
            int size = few.size();
            few.close();
            throw new QuantizerException(
                    ReasonCode.DATASET_INVALID,
                    file.map(Path::getFileName).orElseThrow() + ": training takes at least " + FEWEST
                            + " samples, and there are " + size
                            + "; give more, or none and let it learn from FP32's answers"
                            + " to the calibration samples");
        });
        return new TrainingData(samples);
    }

    @Override
    public void close() {
        samples.ifPresent(LabelledSamples::close);
    }
}
