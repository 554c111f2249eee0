package io.quantfleet.quantizer.dataset;

import io.quantfleet.quantizer.dataset.ImageInput.Channels;
import io.quantfleet.quantizer.dataset.ImageInput.Layout;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What it takes to make an input of 224 x 224 pixels from a JPEG file. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ImageDecodingBench {
    private static final int INPUT = 224;

    /** Pixels of the image's sides. */
    @Param({"32", "224", "500"})
    public int side = INPUT;

    @Param({"NCHW", "NHWC"})
    public Layout layout = Layout.NCHW;

    private final ByteBuffer target =
            ByteBuffer.allocateDirect(3 * INPUT * INPUT * Float.BYTES).order(ByteOrder.nativeOrder());
    private byte[] jpeg = {};

    /** The image alone, in memory. */
    private record OneFile(byte[] content) implements SampleFiles {
        @Override
        public String source() {
            return "memory";
        }

        @Override
        public List<String> paths() {
            return List.of("noise/1.jpg");
        }

        @Override
        public byte[] read(String path) {
            return content;
        }

        @Override
        public void close() {}
    }

    @Setup
    public void encode() throws IOException {
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_3BYTE_BGR);
        Random random = new Random(1);
        for (int i = 0; i < side * side; i++) {
            image.setRGB(i % side, i / side, random.nextInt());
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "jpg", out);
        jpeg = out.toByteArray();
    }

    @Benchmark
    public Object decode() {
        ImageInput input = new ImageInput(
                "image",
                layout,
                Channels.RGB,
                INPUT,
                INPUT,
                ImageResize.DEFAULT,
                1.0 / 255,
                List.of(0.0, 0.0, 0.0),
                List.of(1.0, 1.0, 1.0));
        try (ImageSamples samples = new ImageSamples(new OneFile(jpeg), input, List.of("noise"), false)) {
            samples.fill(0, "image", target.clear());
        }
        return target;
    }
}
