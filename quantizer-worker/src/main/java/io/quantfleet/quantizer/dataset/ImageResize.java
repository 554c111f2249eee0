package io.quantfleet.quantizer.dataset;

import java.util.OptionalInt;

/**
 * How an image of another size is made to fit, always bilinearly with antialiasing.
 *
 * @param mode what happens to proportions
 * @param shorterSide with {@link Mode#CROP}, pixels of the shorter side before the centre is cut out; empty for the
 *     smallest that covers the input
 */
public record ImageResize(Mode mode, OptionalInt shorterSide) {

    /** What happens to an image's proportions. */
    public enum Mode {
        /** They are kept, and the centre is cut out. */
        CROP,
        /** Each side is resized on its own. */
        STRETCH
    }

    /** The shorter side to the input's size, then the centre. */
    public static final ImageResize DEFAULT = new ImageResize(Mode.CROP, OptionalInt.empty());

    public ImageResize {
        if (mode == Mode.STRETCH && shorterSide.isPresent()) {
            throw new IllegalArgumentException("an image that is stretched has no shorter side of its own");
        }
    }

    /** Where the pixels of the result come from: the size to resize to, and the corner of what is cut out of it. */
    record Placement(int width, int height, int left, int top) {}

    /** The placement for an image of one size on an input of another. */
    Placement place(int imageWidth, int imageHeight, int width, int height) {
        if (mode == Mode.STRETCH) {
            return new Placement(width, height, 0, 0);
        }
        boolean widthBinds = (long) imageWidth * height <= (long) imageHeight * width;
        int resizedWidth;
        int resizedHeight;
        if (shorterSide.isPresent()) {
            int side = shorterSide.getAsInt();
            boolean portrait = imageWidth <= imageHeight;
            resizedWidth = portrait ? side : scaled(side, imageWidth, imageHeight);
            resizedHeight = portrait ? scaled(side, imageHeight, imageWidth) : side;
        } else {
            resizedWidth = widthBinds ? width : scaled(height, imageWidth, imageHeight);
            resizedHeight = widthBinds ? scaled(width, imageHeight, imageWidth) : height;
        }
        return new Placement(resizedWidth, resizedHeight, margin(resizedWidth - width), margin(resizedHeight - height));
    }

    // Rounds down, as torchvision does.
    private static int scaled(int side, int numerator, int denominator) {
        return Math.toIntExact((long) side * numerator / denominator);
    }

    // Half of an odd margin goes to the even side, as torchvision has it.
    private static int margin(int excess) {
        return (int) Math.rint(excess / 2.0);
    }
}
