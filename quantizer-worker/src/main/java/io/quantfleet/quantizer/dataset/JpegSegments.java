package io.quantfleet.quantizer.dataset;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The segments before the picture in a JPEG file.
 *
 * @param components colour components: 1 for grey, 3 for colour, 4 for CMYK
 * @param withoutProfile the file without its embedded colour profile, which would change the pixels while decoding
 */
@SuppressWarnings("ArrayRecordComponent") // A whole file: never compared, and copied for nobody.
record JpegSegments(int components, byte[] withoutProfile) {
    private static final byte[] PROFILE = "ICC_PROFILE\0".getBytes(StandardCharsets.US_ASCII);
    private static final int START_OF_SCAN = 0xda;
    private static final int APP2 = 0xe2;

    /**
     * Reads the segments of a file that starts as a JPEG does.
     *
     * @throws IOException if they end before the picture
     */
    static JpegSegments of(byte[] file) throws IOException {
        ByteArrayOutputStream kept = new ByteArrayOutputStream(file.length);
        kept.write(file, 0, 2);
        int components = 0;
        int at = 2;
        while (at + 4 <= file.length) {
            int marker = file[at + 1] & 0xff;
            if (file[at] != (byte) 0xff || marker == 0xff) {
                at++;
                continue;
            }
            if (marker == START_OF_SCAN && components > 0) {
                kept.write(file, at, file.length - at);
                return new JpegSegments(components, kept.toByteArray());
            }
            int length = ((file[at + 2] & 0xff) << 8) | (file[at + 3] & 0xff);
            int end = Math.min(file.length, at + 2 + Math.max(2, length));
            if (isFrame(marker) && end - at > 9) {
                components = file[at + 9] & 0xff;
            }
            if (marker != APP2 || !isProfile(file, at + 4)) {
                kept.write(file, at, end - at);
            }
            at = end;
        }
        throw new IOException("it ends before its picture");
    }

    // SOF0 to SOF15 without the tables (DHT, JPG, DAC) that lie among their numbers.
    private static boolean isFrame(int marker) {
        return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    private static boolean isProfile(byte[] file, int at) {
        return at + PROFILE.length <= file.length
                && Arrays.equals(file, at, at + PROFILE.length, PROFILE, 0, PROFILE.length);
    }
}
