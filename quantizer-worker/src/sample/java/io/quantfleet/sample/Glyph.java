package io.quantfleet.sample;

import java.util.Locale;

/**
 * The sixteen classes of the sample model, each drawn by hand on a grid of 24 by 24 units.
 *
 * <p>Shapes are our own outlines and not letters of a font: fonts differ from machine to machine and the images must not.
 */
enum Glyph {
    ARROW("M2 9 L13 9 L13 3.5 L22.5 12 L13 20.5 L13 15 L2 15 Z"),
    BELL("M12 1.5 C7 1.5 6 6 6 10 C6 15 4.5 16 2.5 18.5 L21.5 18.5 C19.5 16 18 15 18 10 C18 6 17 1.5 12 1.5 Z"
            + " + M9 19.8 L15 19.8 C15 23.5 9 23.5 9 19.8 Z"),
    BOLT("M14 1 L4 14 L11 14 L9 23 L20 9.5 L13 9.5 Z"),
    CLOCK("O12 12 10.5 - O12 12 8 + M10.9 6 L13.1 6 L13.1 11.4 L17 13.8 L15.9 15.7 L10.9 12.7 Z"),
    CLOUD("M6 19.5 C2 19.5 1 16.5 1 14.6 C1 12 3 10.3 5.2 10.4 C5.2 6.6 8 4.4 11 4.4 C14.5 4.4 16.6 6.8 17.2 9.4"
            + " C20.6 9 23 11.4 23 14.3 C23 17.2 21 19.5 18 19.5 Z"),
    DROP("M12 1 C9 7 5 11 5 15.6 C5 19.6 8 22.6 12 22.6 C16 22.6 19 19.6 19 15.6 C19 11 15 7 12 1 Z"),
    FLAME("M13 1 C14 6 19 9 19 15 C19 19.5 16 23 12 23 C8 23 5 19.5 5 15.5 C5 12 7 10 8 7 C9.5 8.5 10 10 10 11.5"
            + " C12.5 9 13.5 5 13 1 Z"),
    GEAR("O12 12 8 + S8 6.5 11 1.9 - O12 12 3.4"),
    HEART("M12 21.5 C6 17 1.5 13 1.5 8 C1.5 4.5 4 2.5 7 2.5 C9.3 2.5 11 3.8 12 5.8 C13 3.8 14.7 2.5 17 2.5"
            + " C20 2.5 22.5 4.5 22.5 8 C22.5 13 18 17 12 21.5 Z"),
    HOUSE("M12 2 L1.5 11.5 L4.5 11.5 L4.5 22 L19.5 22 L19.5 11.5 L22.5 11.5 Z - M10 15 L14 15 L14 22.1 L10 22.1 Z"),
    KEY("O7 12 5.6 - O6 12 2.3 + M11 10.4 L23 10.4 L23 17.2 L20 17.2 L20 13.6 L18 13.6 L18 16.4 L15 16.4 L15 13.6"
            + " L11 13.6 Z"),
    LEAF("M21.5 2.5 C10 2 3 7 3 15 C3 17 3.5 18.6 4.5 19.8 C13 21.5 21.5 16 21.5 2.5 Z"
            + " - M1.5 23.5 L13.5 10 L14.8 11.2 L3 24 Z"),
    LOCK("M3.5 10.5 L20.5 10.5 L20.5 22.5 L3.5 22.5 Z"
            + " + M6 11 L6 7 C6 -0.6 18 -0.6 18 7 L18 11 L15.4 11 L15.4 7 C15.4 2.8 8.6 2.8 8.6 7 L8.6 11 Z"
            + " - O12 15.4 1.8 - M11.2 16 L12.8 16 L13.4 20 L10.6 20 Z"),
    MOON("O12 12 10.5 - O16.2 8.6 8.6"),
    STAR("M12 1 L15.1 8.6 L23.2 9.2 L17 14.5 L18.9 22.4 L12 18.2 L5.1 22.4 L7 14.5 L0.8 9.2 L8.9 8.6 Z"),
    SUN("O12 12 5.4 + S8 7.4 11.4 1");

    private final String outline;

    Glyph(String outline) {
        this.outline = outline;
    }

    /** The folder of the data set and the label of the description. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The shape in the words of {@link OutlineParser}; y points downwards. */
    String outline() {
        return outline;
    }
}
