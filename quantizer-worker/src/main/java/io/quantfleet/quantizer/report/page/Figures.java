package io.quantfleet.quantizer.report.page;

import java.util.Locale;

/** How figures are written on the page. What is not finite is a dash. */
final class Figures {
    private static final String NONE = "–";
    private static final double KIB = 1024;

    private Figures() {}

    static String bytes(long bytes) {
        return bytes < KIB * KIB ? number(bytes / KIB, 0) + " KiB" : number(bytes / KIB / KIB, 2) + " MiB";
    }

    static String percent(double fraction) {
        return number(fraction * 100, 2, " %");
    }

    static String decibels(double decibels) {
        return decibels == Double.POSITIVE_INFINITY ? "exact" : number(decibels, 1, " dB");
    }

    static String signedDecibels(double decibels) {
        return signed(decibels, 1, " dB");
    }

    /** A loss as a change of accuracy: 0.3 points lost are −0.30 pt. */
    static String loss(double points) {
        return signed(-points, 2, " pt");
    }

    static String millis(double millis) {
        return number(millis, millis < 10 ? 3 : 1, " ms");
    }

    static String seconds(double seconds) {
        return number(seconds, seconds < 10 ? 2 : 0, " s");
    }

    /** Four significant digits, as a range's ends need. */
    static String value(double value) {
        return Double.isFinite(value) ? minus(String.format(Locale.ROOT, "%.4g", value)) : NONE;
    }

    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count).replace(',', '\u202f');
    }

    static String ratio(double part, double whole) {
        return whole > 0 ? number(part / whole * 100, 0, " %") : NONE;
    }

    static String times(double whole, double part) {
        return part > 0 ? number(whole / part, 2, "×") : NONE;
    }

    /** A mark on an axis, with as many decimals as its step needs. */
    static String tick(double value, double step) {
        return number(value, (int) Math.max(0, Math.ceil(-Math.log10(step))));
    }

    /** For coordinates and widths. */
    static String coordinate(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String signed(double value, int decimals, String unit) {
        // What rounds to nothing has no sign.
        boolean nothing = Math.abs(value) < 0.5 * Math.pow(10, -decimals);
        String format = (nothing ? "%." : "%+.") + decimals + "f";
        return Double.isFinite(value) ? minus(String.format(Locale.ROOT, format, nothing ? 0.0 : value)) + unit : NONE;
    }

    private static String number(double value, int decimals, String unit) {
        return Double.isFinite(value) ? number(value, decimals) + unit : NONE;
    }

    private static String number(double value, int decimals) {
        return minus(String.format(Locale.ROOT, "%." + decimals + "f", value));
    }

    private static String minus(String text) {
        return text.replace('-', '\u2212');
    }
}
