package io.quantfleet.quantizer.dataset;

import io.quantfleet.quantizer.runtime.ElementType;
import java.util.List;
import java.util.function.Function;

/**
 * An input that is made from JPEG or PNG files: {@code value = (pixel * scale - mean) / std} per channel, in float32
 * arithmetic.
 *
 * @param name the graph's input
 * @param layout the order of the graph's axes
 * @param channels what the channels are
 * @param height pixels
 * @param width pixels
 * @param resize how images of another size are made to fit
 * @param scale what a pixel from 0 to 255 is multiplied with
 * @param mean one number per channel, on the scaled pixels
 * @param std one number above zero per channel, on the scaled pixels
 */
public record ImageInput(
        String name,
        Layout layout,
        Channels channels,
        int height,
        int width,
        ImageResize resize,
        double scale,
        List<Double> mean,
        List<Double> std)
        implements ModelInput {

    /** The order of the axes after the batch. */
    public enum Layout {
        NCHW,
        NHWC
    }

    /** What the channels of a pixel are, in order. */
    public enum Channels {
        RGB(3),
        BGR(3),
        GRAY(1);

        private final int count;

        Channels(int count) {
            this.count = count;
        }

        /** How many channels. */
        public int count() {
            return count;
        }
    }

    public ImageInput {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (mean.size() != channels.count() || std.size() != channels.count()) {
            throw new IllegalArgumentException("mean and std have one number per channel of " + channels);
        }
    }

    @Override
    public ElementType type() {
        return ElementType.FLOAT32;
    }

    @Override
    public List<Integer> sampleShape() {
        return layout == Layout.NCHW
                ? List.of(channels.count(), height, width)
                : List.of(height, width, channels.count());
    }

    @Override
    public <T> T match(Function<ImageInput, T> image, Function<TensorInput, T> tensor) {
        return image.apply(this);
    }
}
