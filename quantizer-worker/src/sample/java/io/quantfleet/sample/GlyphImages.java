package io.quantfleet.sample;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/**
 * A numbered, reproducible supply of labelled JPEG files. Image {@code i} of one seed is always the same bytes, whatever
 * the order or the thread that asks for it; its class is {@code i} modulo the number of classes.
 */
final class GlyphImages {
    /** In the order of the network's outputs. */
    static final List<Glyph> CLASSES = List.of(Glyph.values());

    private static final float JPEG_QUALITY = 0.8f;
    private static final long MOST_IMAGES = 1_000_000;

    private final long seed;

    GlyphImages(long seed) {
        this.seed = seed;
    }

    /** The class of image number {@code index}, as the network numbers them. */
    static int label(int index) {
        return index % CLASSES.size();
    }

    /** Image number {@code index} as a JPEG file. */
    byte[] jpeg(int index) {
        long mixed = new SplittableRandom(seed * MOST_IMAGES + index).nextLong(); // near seeds of Random begin alike
        return encode(new GlyphPainter(new Random(mixed)).paint(CLASSES.get(label(index))));
    }

    /** {@code count} images from number {@code first} on, as the network's input before normalisation: NCHW, RGB, 0 to 255. */
    byte[] pixels(int first, int count) {
        int plane = GlyphPainter.SIDE * GlyphPainter.SIDE;
        byte[] all = new byte[count * 3 * plane];
        IntStream.range(0, count).parallel().forEach(i -> planes(decode(jpeg(first + i)), all, i * 3 * plane));
        return all;
    }

    private static void planes(BufferedImage image, byte[] target, int offset) {
        int plane = GlyphPainter.SIDE * GlyphPainter.SIDE;
        for (int p = 0; p < plane; p++) {
            int rgb = image.getRGB(p % GlyphPainter.SIDE, p / GlyphPainter.SIDE);
            target[offset + p] = (byte) (rgb >> 16);
            target[offset + plane + p] = (byte) (rgb >> 8);
            target[offset + 2 * plane + p] = (byte) rgb;
        }
    }

    static BufferedImage decode(byte[] jpeg) {
        try {
            return ImageIO.read(new ByteArrayInputStream(jpeg));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] encode(BufferedImage image) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream output = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            parameters.setCompressionQuality(JPEG_QUALITY);
            writer.setOutput(output);
            writer.write(null, new IIOImage(image, null, null), parameters);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
