package io.quantfleet.quantizer.dataset;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Opens data sets, whatever form they have. Stateless. */
public final class Datasets {
    private Datasets() {}

    /**
     * Opens a data set for a model: for an image input a directory or {@code .zip} with a folder per label, for tensor
     * inputs an {@code .npz}. Names, labels, shapes and types are checked now; what is inside an image only when the
     * sample is asked for.
     *
     * @param data the directory or archive
     * @param description what the model takes
     * @return the samples, to be closed by the caller
     * @throws QuantizerException if it is missing, unsafe, or does not fit the description
     */
    public static LabelledSamples open(Path data, ModelDescription description) {
        return open(data, description, ArchiveLimits.DEFAULT);
    }

    /**
     * The same for samples to train with, which need no labels: images may lie in the archive as they are, and an {@code
     * .npz} may lack {@code labels}.
     */
    public static LabelledSamples openForTraining(Path data, ModelDescription description) {
        return open(data, description, ArchiveLimits.DEFAULT, true);
    }

    /** The same with other limits on what an archive may hold. */
    public static LabelledSamples open(Path data, ModelDescription description, ArchiveLimits limits) {
        return open(data, description, limits, false);
    }

    private static LabelledSamples open(
            Path data, ModelDescription description, ArchiveLimits limits, boolean unlabelledToo) {
        if (!Files.exists(data)) {
            throw new QuantizerException(ReasonCode.ARTIFACT_MISSING, data + ": there is no such data set");
        }
        String name = data.toString().toLowerCase(Locale.ROOT);
        Optional<ImageInput> image = description.image();
        if (image.isPresent()) {
            return new ImageSamples(imageFiles(data, name, limits), image.get(), description.labels(), unlabelledToo);
        }
        if (!name.endsWith(".npz")) {
            throw Faults.dataset(data + ": " + description.name()
                    + " takes tensors; give an .npz with an array per input and 'labels'");
        }
        NpzSamples arrays = new NpzSamples(data, description, limits, unlabelledToo);
        if (description.task() != Task.LANGUAGE_MODEL) {
            return arrays;
        }
        try {
            return new TokenSamples(arrays, description);
        } catch (QuantizerException e) {
            arrays.close();
            throw e;
        }
    }

    private static SampleFiles imageFiles(Path data, String name, ArchiveLimits limits) {
        if (Files.isDirectory(data)) {
            return new DirectoryFiles(data, limits);
        }
        if (name.endsWith(".zip")) {
            return new ZipFiles(data, limits);
        }
        throw Faults.dataset(data + ": the model takes images; give a directory or a .zip with a folder per label");
    }
}
