package io.quantfleet.quantizer.dataset;

/**
 * A decoded image: 8 bits a channel, by row, column and channel.
 *
 * @param width in pixels
 * @param height in pixels
 * @param channels 1 for grey, 3 for red, green and blue
 * @param data {@code height * width * channels} bytes; shared, not copied
 */
@SuppressWarnings("ArrayRecordComponent") // Millions of bytes: never compared, and copied for nobody.
record Pixels(int width, int height, int channels, byte[] data) {

    Pixels {
        if (data.length != (long) width * height * channels) {
            throw new IllegalArgumentException(
                    data.length + " bytes are no image of " + width + " x " + height + " x " + channels);
        }
    }

    /** This image with channels of the given kind. Grey is made with ITU-R 601-2 weights in Pillow's rounding. */
    Pixels to(ImageInput.Channels wanted) {
        return switch (wanted) {
            case RGB -> channels == 3 ? this : repeated();
            case BGR -> channels == 3 ? reversed() : repeated();
            case GRAY -> channels == 1 ? this : grey();
        };
    }

    private Pixels repeated() {
        byte[] result = new byte[data.length * 3];
        for (int i = 0; i < result.length; i++) {
            result[i] = data[i / 3];
        }
        return new Pixels(width, height, 3, result);
    }

    private Pixels reversed() {
        byte[] result = new byte[data.length];
        for (int i = 0; i < result.length; i += 3) {
            result[i] = data[i + 2];
            result[i + 1] = data[i + 1];
            result[i + 2] = data[i];
        }
        return new Pixels(width, height, 3, result);
    }

    private Pixels grey() {
        byte[] result = new byte[data.length / 3];
        for (int i = 0; i < result.length; i++) {
            int red = data[3 * i] & 0xff;
            int green = data[3 * i + 1] & 0xff;
            int blue = data[3 * i + 2] & 0xff;
            result[i] = (byte) ((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
        }
        return new Pixels(width, height, 1, result);
    }
}
