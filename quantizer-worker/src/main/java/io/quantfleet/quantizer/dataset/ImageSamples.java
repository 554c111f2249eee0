package io.quantfleet.quantizer.dataset;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** A data set of images in folders named after their labels, decoded and resized when a sample is asked for. */
final class ImageSamples implements LabelledSamples {
    private final SampleFiles files;
    private final LabelFolders folders;
    private final ImageInput input;
    private final float[][] values;

    /**
     * Takes over {@code files}, and closes them if they are not usable.
     *
     * @param unlabelledToo whether files may lie outside folders, all of them, and have no label then
     */
    ImageSamples(SampleFiles files, ImageInput input, java.util.List<String> labels, boolean unlabelledToo) {
        this.files = files;
        this.input = input;
        this.values = values(input);
        try {
            this.folders = LabelFolders.of(files, labels, unlabelledToo);
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    // What each of the 256 values of a pixel becomes, per channel, in the float32 arithmetic that devices use too.
    private static float[][] values(ImageInput input) {
        float[][] values = new float[input.channels().count()][256];
        float scale = (float) input.scale();
        for (int channel = 0; channel < values.length; channel++) {
            float mean = input.mean().get(channel).floatValue();
            float std = input.std().get(channel).floatValue();
            for (int pixel = 0; pixel < 256; pixel++) {
                values[channel][pixel] = (pixel * scale - mean) / std;
            }
        }
        return values;
    }

    @Override
    public int size() {
        return folders.paths().size();
    }

    @Override
    public int label(int sample) {
        return folders.classes().get(sample);
    }

    @Override
    public String name(int sample) {
        return folders.paths().get(sample);
    }

    @Override
    public byte[] compact(int sample, String inputName) {
        checkInput(inputName);
        String path = folders.paths().get(sample);
        Pixels image = new ImageDecoder(files.source(), path).decode(files.read(path));
        ImageResize.Placement placement =
                input.resize().place(image.width(), image.height(), input.width(), input.height());
        return PillowResampler.resize(image.to(input.channels()), placement, input.width(), input.height())
                .data();
    }

    @Override
    public void fill(int sample, String inputName, ByteBuffer target) {
        byte[] pixels = compact(sample, inputName);
        FloatBuffer elements = target.asFloatBuffer();
        if (input.layout() == ImageInput.Layout.NHWC) {
            fillInterleaved(pixels, elements);
        } else {
            fillPlanes(pixels, elements);
        }
        target.position(target.position() + elements.position() * Float.BYTES);
    }

    private void fillPlanes(byte[] pixels, FloatBuffer elements) {
        int channels = values.length;
        float[] row = new float[input.width()];
        for (int channel = 0; channel < channels; channel++) {
            float[] meaning = values[channel];
            for (int at = channel; at < pixels.length; ) {
                for (int x = 0; x < row.length; x++, at += channels) {
                    row[x] = meaning[pixels[at] & 0xff];
                }
                elements.put(row);
            }
        }
    }

    private void fillInterleaved(byte[] pixels, FloatBuffer elements) {
        int channels = values.length;
        float[] row = new float[input.width() * channels];
        for (int from = 0; from < pixels.length; from += row.length) {
            for (int channel = 0; channel < channels; channel++) {
                float[] meaning = values[channel];
                for (int i = channel; i < row.length; i += channels) {
                    row[i] = meaning[pixels[from + i] & 0xff];
                }
            }
            elements.put(row);
        }
    }

    private void checkInput(String inputName) {
        if (!inputName.equals(input.name())) {
            throw new IllegalArgumentException("no input " + inputName + ", only " + input.name());
        }
    }

    @Override
    public void close() {
        files.close();
    }
}
