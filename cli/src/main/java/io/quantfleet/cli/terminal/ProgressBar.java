package io.quantfleet.cli.terminal;

/** A part of a whole, drawn: {@code [##########····················]}. */
public final class ProgressBar {
    private static final int WIDTH = 30;

    private ProgressBar() {}

    /** The bar of {@code part} of {@code all}; full where there is nothing to do. */
    public static String of(long part, long all) {
        int full = all <= 0 ? WIDTH : (int) (WIDTH * Math.min(part, all) / all);
        return "[" + "#".repeat(full) + "·".repeat(WIDTH - full) + "]";
    }
}
