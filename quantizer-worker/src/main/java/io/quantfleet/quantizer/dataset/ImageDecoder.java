package io.quantfleet.quantizer.dataset;

import io.quantfleet.quantizer.QuantizerException;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes JPEG and PNG to the pixel values that are in the file, as Pillow's {@code convert("RGB")} does: embedded
 * colour profiles and orientation are not applied, and transparency is dropped. What can't be decoded without a guess
 * (CMYK, more than 8 bits a channel) is refused. Stateless.
 */
final class ImageDecoder {
    private static final byte[] JPEG = {(byte) 0xff, (byte) 0xd8};
    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G'};
    private static final long MAX_PIXELS = 1L << 26;
    /** What a byte of a PNG can unpack to at most: deflate's 1,032 bytes, eight pixels of one bit each. */
    private static final long MAX_PIXELS_PER_BYTE = 1032 * 8;

    private final String source;
    private final String path;

    /**
     * Prepares a decoder for one file.
     *
     * @param source what messages call the data set
     * @param path the file's path in it
     */
    ImageDecoder(String source, String path) {
        this.source = source;
        this.path = path;
    }

    /** Whether a file's name is that of an image that can be decoded. */
    static boolean knows(String path) {
        String name = path.toLowerCase(Locale.ROOT);
        return name.endsWith(".jpg") || name.endsWith(".jpeg") || name.endsWith(".png");
    }

    /**
     * Decodes the file.
     *
     * @throws QuantizerException if it is no image, damaged, or of a kind that is not supported
     */
    Pixels decode(byte[] file) {
        try {
            if (startsWith(file, JPEG)) {
                return decode("jpeg", supported(JpegSegments.of(file)).withoutProfile());
            }
            if (startsWith(file, PNG)) {
                return decode("png", file);
            }
        } catch (IOException | RuntimeException e) {
            throw e instanceof QuantizerException known ? known : unreadable(e);
        }
        String what = file.length == 0 ? " is empty" : " is neither a JPEG nor a PNG, whatever its name says";
        throw Faults.dataset(where() + what + "; replace or remove it");
    }

    private static boolean startsWith(byte[] file, byte[] magic) {
        return file.length > magic.length && Arrays.equals(file, 0, magic.length, magic, 0, magic.length);
    }

    private JpegSegments supported(JpegSegments jpeg) {
        if (jpeg.components() == 4) {
            throw Faults.dataset(where() + " is a JPEG in CMYK colours; convert it to RGB");
        }
        return jpeg;
    }

    private Pixels decode(String format, byte[] file) throws IOException {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format);
        if (!readers.hasNext()) {
            throw new IllegalStateException("this Java runtime has no image reader for " + format);
        }
        ImageReader reader = readers.next();
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            reader.setInput(in, true, true);
            long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
            if (pixels > MAX_PIXELS) {
                throw Faults.unsafe(where() + " has " + pixels + " pixels, more than the limit of " + MAX_PIXELS);
            }
            if (pixels > MAX_PIXELS_PER_BYTE * file.length) {
                throw Faults.dataset(
                        where() + " claims " + pixels + " pixels in " + file.length + " bytes: it is damaged");
            }
            return pixels(read(reader));
        } finally {
            reader.dispose();
        }
    }

    private BufferedImage read(ImageReader reader) throws IOException {
        AtomicBoolean truncated = new AtomicBoolean();
        reader.addIIOReadWarningListener((IIOReadWarningListener) (from, warning) -> {
            if (warning.contains("Premature end") || warning.contains("Truncated File")) {
                truncated.set(true);
            }
        });
        BufferedImage image = reader.read(0);
        if (truncated.get()) {
            throw new IOException("it is cut off");
        }
        return image;
    }

    // Readers throw all kinds of RuntimeException at damaged files.
    private QuantizerException unreadable(Exception cause) {
        String why = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return Faults.dataset(where() + " can't be decoded (" + why + "); replace or remove it", cause);
    }

    private Pixels pixels(BufferedImage image) {
        Raster raster = image.getRaster();
        if (image.getColorModel() instanceof IndexColorModel palette) {
            return coloured(raster, palette);
        }
        int type = raster.getTransferType();
        if (type != DataBuffer.TYPE_BYTE || raster.getSampleModel().getSampleSize(0) != 8) {
            throw Faults.dataset(where() + " has " + raster.getSampleModel().getSampleSize(0)
                    + " bits a channel; convert it to 8 bits");
        }
        return direct(raster, raster.getNumBands() < 3 ? 1 : 3);
    }

    // Bands beyond the colours are transparency.
    private static Pixels direct(Raster raster, int channels) {
        int width = raster.getWidth();
        int bands = raster.getNumBands();
        byte[] data = new byte[raster.getHeight() * width * channels];
        int[] row = new int[width * bands];
        int at = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++) {
                for (int channel = 0; channel < channels; channel++) {
                    data[at++] = (byte) row[x * bands + channel];
                }
            }
        }
        return new Pixels(width, raster.getHeight(), channels, data);
    }

    private static Pixels coloured(Raster raster, IndexColorModel palette) {
        int width = raster.getWidth();
        byte[] data = new byte[raster.getHeight() * width * 3];
        int[] row = new int[width];
        int at = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getSamples(0, y, width, 1, 0, row);
            for (int index : row) {
                data[at++] = (byte) palette.getRed(index);
                data[at++] = (byte) palette.getGreen(index);
                data[at++] = (byte) palette.getBlue(index);
            }
        }
        return new Pixels(width, raster.getHeight(), 3, data);
    }

    private String where() {
        return source + ": the image '" + path + "'";
    }
}
