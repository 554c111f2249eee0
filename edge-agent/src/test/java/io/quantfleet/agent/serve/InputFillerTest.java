package io.quantfleet.agent.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quantfleet.protocols.v1.PixelEncoding;
import io.quantfleet.protocols.v1.ProbeElementType;
import io.quantfleet.protocols.v1.ProbeInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class InputFillerTest {
    /** Two samples of 1 × 2 pixels with two channels: height, width, channel. */
    private static final byte[] PIXELS = {10, 20, 30, 40, 0, (byte) 255, 1, 2};

    @Test
    void putsChannelsFirstIntoPlanes() {
        InputFiller filler = InputFiller.of(pixels(false, 2, 1, 2), 2);

        filler.fill(0);

        assertThat(floats(filler)).containsExactly(value(10, 0), value(30, 0), value(20, 1), value(40, 1));
        assertThat(filler.shape()).containsExactly(1, 2, 1, 2);
    }

    @Test
    void keepsChannelsLastAsTheyAre() {
        InputFiller filler = InputFiller.of(pixels(true, 1, 2, 2), 2);

        filler.fill(1);

        assertThat(floats(filler)).containsExactly(value(0, 0), value(255, 1), value(1, 0), value(2, 1));
    }

    @Test
    void copiesRawElements() {
        ByteBuffer raw = ByteBuffer.allocate(4 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        List.of(7L, -8L, 9L, Long.MAX_VALUE).forEach(raw::putLong);
        InputFiller filler = InputFiller.of(
                ProbeInput.newBuilder()
                        .setName("ids")
                        .setType(ProbeElementType.PROBE_ELEMENT_TYPE_INT64)
                        .addShape(2)
                        .setRaw(ByteString.copyFrom(raw.array()))
                        .build(),
                2);

        filler.fill(1);

        assertThat(filler.buffer().asLongBuffer().get(0)).isEqualTo(9);
        assertThat(filler.buffer().asLongBuffer().get(1)).isEqualTo(Long.MAX_VALUE);
    }

    private static float value(int pixel, int channel) {
        float[] mean = {0.5f, 0.25f};
        float[] std = {0.2f, 0.1f};
        return (pixel * (float) (1 / 255.0) - mean[channel]) / std[channel];
    }

    private static ProbeInput pixels(boolean channelsLast, int... shape) {
        ProbeInput.Builder input = ProbeInput.newBuilder()
                .setName("image")
                .setType(ProbeElementType.PROBE_ELEMENT_TYPE_FLOAT32)
                .setPixels(PixelEncoding.newBuilder()
                        .setData(ByteString.copyFrom(PIXELS))
                        .setScale(1 / 255.0)
                        .addAllMean(List.of(0.5, 0.25))
                        .addAllStd(List.of(0.2, 0.1))
                        .setChannelsLast(channelsLast));
        for (int size : shape) {
            input.addShape(size);
        }
        return input.build();
    }

    private static float[] floats(InputFiller filler) {
        float[] values = new float[filler.buffer().capacity() / Float.BYTES];
        filler.buffer().asFloatBuffer().get(values);
        return values;
    }
}
