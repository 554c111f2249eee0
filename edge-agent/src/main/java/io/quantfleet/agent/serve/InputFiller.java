package io.quantfleet.agent.serve;

import com.google.protobuf.ByteString;
import io.quantfleet.protocols.v1.PixelEncoding;
import io.quantfleet.protocols.v1.ProbeElementType;
import io.quantfleet.protocols.v1.ProbeInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * Fills the buffer behind one input of the model with a sample of the probe set: a copy of raw elements, or pixels
 * normalised as {@code probe.proto} says. Not for use by several threads at once.
 */
final class InputFiller {
    private static final int PIXEL_VALUES = 256;

    private final ProbeInput input;
    private final ByteBuffer buffer;
    /** What each byte value becomes, per channel; empty for raw elements. */
    private final float[][] normalised;

    private InputFiller(ProbeInput input, ByteBuffer buffer, float[][] normalised) {
        this.input = input;
        this.buffer = buffer;
        this.normalised = normalised;
    }

    /** @throws ModelException if the input's encoding doesn't hold {@code samples} samples of its shape */
    static InputFiller of(ProbeInput input, int samples) {
        long elements = elements(input);
        ByteBuffer buffer = ByteBuffer.allocateDirect(Math.toIntExact(elements * elementBytes(input)))
                .order(ByteOrder.LITTLE_ENDIAN);
        return switch (input.getEncodingCase()) {
            case RAW -> {
                requireSize(input, input.getRaw(), samples * elements * elementBytes(input));
                yield new InputFiller(input, buffer, new float[0][]);
            }
            case PIXELS -> {
                requireSize(input, input.getPixels().getData(), samples * elements);
                yield new InputFiller(input, buffer, normalised(input));
            }
            case ENCODING_NOT_SET -> throw malformed(input, "has no data");
        };
    }

    /** The model's input buffer, little-endian, direct. */
    ByteBuffer buffer() {
        return buffer;
    }

    /** The shape that the model takes, with a batch axis of one. */
    long[] shape() {
        long[] shape = new long[input.getShapeCount() + 1];
        shape[0] = 1;
        for (int i = 0; i < input.getShapeCount(); i++) {
            shape[i + 1] = input.getShape(i);
        }
        return shape;
    }

    ProbeInput input() {
        return input;
    }

    /** Puts a sample into the buffer. */
    void fill(int sample) {
        if (normalised.length == 0) {
            int size = buffer.capacity();
            buffer.clear();
            input.getRaw().substring(sample * size, (sample + 1) * size).copyTo(buffer);
            buffer.clear();
        } else {
            fillFromPixels(sample);
        }
    }

    private void fillFromPixels(int sample) {
        PixelEncoding pixels = input.getPixels();
        ByteString data = pixels.getData();
        int channels = normalised.length;
        int area = buffer.capacity() / Float.BYTES / channels;
        int first = sample * area * channels;
        FloatBuffer target = buffer.asFloatBuffer();
        for (int pixel = 0; pixel < area; pixel++) {
            for (int channel = 0; channel < channels; channel++) {
                int value = data.byteAt(first + pixel * channels + channel) & 0xff;
                int position = pixels.getChannelsLast() ? pixel * channels + channel : channel * area + pixel;
                target.put(position, normalised[channel][value]);
            }
        }
    }

    private static float[][] normalised(ProbeInput input) {
        PixelEncoding pixels = input.getPixels();
        if (input.getType() != ProbeElementType.PROBE_ELEMENT_TYPE_FLOAT32 || input.getShapeCount() != 3) {
            throw malformed(input, "has pixels, but not of three axes of float32");
        }
        int channels = input.getShape(pixels.getChannelsLast() ? 2 : 0);
        if (pixels.getMeanCount() != channels || pixels.getStdCount() != channels) {
            throw malformed(
                    input,
                    "has " + channels + " channels, but " + pixels.getMeanCount() + " means and " + pixels.getStdCount()
                            + " standard deviations");
        }
        float[][] values = new float[channels][PIXEL_VALUES];
        for (int channel = 0; channel < channels; channel++) {
            float mean = (float) pixels.getMean(channel);
            float std = (float) pixels.getStd(channel);
            for (int value = 0; value < PIXEL_VALUES; value++) {
                values[channel][value] = (value * (float) pixels.getScale() - mean) / std;
            }
        }
        return values;
    }

    private static long elements(ProbeInput input) {
        long elements =
                input.getShapeList().stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
        if (elements <= 0) {
            throw malformed(input, "has the shape " + input.getShapeList());
        }
        return elements;
    }

    private static int elementBytes(ProbeInput input) {
        return switch (input.getType()) {
            case PROBE_ELEMENT_TYPE_FLOAT32 -> Float.BYTES;
            case PROBE_ELEMENT_TYPE_INT64 -> Long.BYTES;
            case PROBE_ELEMENT_TYPE_INT32 -> Integer.BYTES;
            case PROBE_ELEMENT_TYPE_UNSPECIFIED, UNRECOGNIZED -> throw malformed(input, "has an unknown element type");
        };
    }

    private static void requireSize(ProbeInput input, ByteString data, long expected) {
        if (data.size() != expected) {
            throw malformed(input, "has " + data.size() + " bytes of data, not " + expected);
        }
    }

    private static ModelException malformed(ProbeInput input, String how) {
        return new ModelException("the probe set's input '" + input.getName() + "' " + how);
    }
}
