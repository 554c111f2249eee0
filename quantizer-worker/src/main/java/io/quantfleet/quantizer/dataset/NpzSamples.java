package io.quantfleet.quantizer.dataset;

import io.quantfleet.quantizer.QuantizerException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A data set of tensors: an npz archive with one array per input of the model, and one of labels. */
final class NpzSamples implements LabelledSamples {
    private static final String LABELS = "labels";
    private static final String REMEDY =
            "an .npz has one array per input of the model, named after it, and the array 'labels'";

    private final String source;
    private final Map<String, ModelInput> inputs = new LinkedHashMap<>();
    private final Map<String, NpyArray> arrays = new LinkedHashMap<>();
    private final int[] labels;
    private final int samples;

    /** @param unlabelledToo whether the array of labels may be missing */
    NpzSamples(Path file, ModelDescription description, ArchiveLimits limits, boolean unlabelledToo) {
        this.source = file.getFileName().toString();
        description.inputs().forEach(input -> inputs.put(input.name(), input));
        try (CheckedZip zip = CheckedZip.open(file, limits)) {
            boolean classes = description.task() == Task.CLASSIFICATION;
            boolean labelled = classes && (!unlabelledToo || zip.paths().contains(LABELS + ".npy"));
            this.labels = labelled ? openLabels(zip, description.labels()) : new int[0];
            this.samples = labelled
                    ? labels.length
                    : count(zip, classes ? description.inputs().get(0).name() : TokenSamples.TOKENS);
            for (ModelInput input : description.inputs()) {
                arrays.put(input.name(), array(zip, input.name()));
                checkInput(input, arrays.get(input.name()));
            }
        } catch (QuantizerException e) {
            close();
            throw e;
        }
    }

    private NpyArray array(CheckedZip zip, String name) {
        List<String> names = zip.paths().stream()
                .filter(path -> path.endsWith(".npy"))
                .map(path -> path.substring(0, path.length() - ".npy".length()))
                .toList();
        if (!names.contains(name)) {
            throw Faults.dataset(source + ": has no array '" + name + "', only " + Faults.list(names) + "; " + REMEDY);
        }
        return NpyArray.open(zip, source, name);
    }

    private int count(CheckedZip zip, String input) {
        try (NpyArray array = array(zip, input)) {
            List<Long> shape = array.header().shape();
            if (shape.isEmpty() || shape.get(0) == 0) {
                throw Faults.dataset(array.where() + " has no samples; its first dimension counts them");
            }
            return Math.toIntExact(shape.get(0));
        }
    }

    private int[] openLabels(CheckedZip zip, List<String> names) {
        try (NpyArray array = array(zip, LABELS)) {
            if (array.header().shape().size() != 1 || !array.type().isInteger()) {
                throw Faults.dataset(
                        array.where() + " has the shape " + array.header().shape() + " and elements of type '"
                                + array.header().type() + "'; it must hold one whole number per sample");
            }
            int samples = Math.toIntExact(array.header().elements());
            if (samples == 0) {
                throw Faults.dataset(source + ": has no samples; " + REMEDY);
            }
            return classes(array, samples, names);
        }
    }

    private static int[] classes(NpyArray array, int samples, List<String> names) {
        int[] classes = new int[samples];
        ByteBuffer data = array.read(0, samples);
        for (int i = 0; i < samples; i++) {
            long label = array.type().nextInteger(data);
            if (label < 0 || label >= names.size()) {
                throw Faults.dataset(array.where() + " has " + label + " at index " + i
                        + ", which is not one of the model's labels: they are 0 to " + (names.size() - 1));
            }
            classes[i] = (int) label;
        }
        return classes;
    }

    private void checkInput(ModelInput input, NpyArray array) {
        if (!array.type().is(input.type())) {
            String wanted = NpyType.numpyName(input.type());
            throw Faults.dataset(
                    array.where() + " has elements of type '" + array.header().type()
                            + "', but the model's input takes " + wanted + "; save it with .astype('" + wanted + "')");
        }
        List<Long> expected = new ArrayList<>(List.of((long) samples));
        input.sampleShape().forEach(dimension -> expected.add((long) dimension));
        if (!array.header().shape().equals(expected)) {
            throw Faults.dataset(
                    array.where() + " has the shape " + array.header().shape() + ", but it must be " + expected + ": "
                            + samples + (labels.length > 0 ? " labels" : " samples")
                            + ", and the input's shape in the description");
        }
    }

    @Override
    public int size() {
        return samples;
    }

    @Override
    public int label(int sample) {
        return labels.length == 0 ? UNKNOWN : labels[sample];
    }

    @Override
    public String name(int sample) {
        return "sample " + sample;
    }

    @Override
    public byte[] compact(int sample, String inputName) {
        return read(sample, inputName).array();
    }

    @Override
    public void fill(int sample, String inputName, ByteBuffer target) {
        ByteBuffer data = read(sample, inputName);
        boolean wide = elementBytes(inputName) == Long.BYTES;
        while (data.hasRemaining()) {
            if (wide) {
                target.putLong(data.getLong());
            } else {
                target.putInt(data.getInt());
            }
        }
    }

    private int elementBytes(String inputName) {
        return array(inputName).type().bytes();
    }

    private ByteBuffer read(int sample, String inputName) {
        NpyArray array = array(inputName);
        int elements = Math.toIntExact(array.header().elements() / samples);
        return array.read((long) sample * elements, elements);
    }

    private NpyArray array(String inputName) {
        NpyArray array = arrays.get(inputName);
        if (array == null) {
            throw new IllegalArgumentException("no input " + inputName + ", only " + arrays.keySet());
        }
        return array;
    }

    @Override
    public void close() {
        arrays.values().forEach(NpyArray::close);
    }
}
