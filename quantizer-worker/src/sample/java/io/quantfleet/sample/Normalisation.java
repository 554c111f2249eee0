package io.quantfleet.sample;

/** What turns a pixel (0 to 255) into the network's input: (pixel * scale - mean) / deviation, the same for each colour. */
final class Normalisation {
    static final float SCALE = 1 / 255f;
    static final float[] MEAN = {0.5f, 0.5f, 0.5f};
    static final float[] DEVIATION = {0.25f, 0.25f, 0.25f};

    private Normalisation() {}
}
