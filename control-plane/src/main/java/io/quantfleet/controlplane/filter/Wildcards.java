package io.quantfleet.controlplane.filter;

/** Patterns in which {@code *} stands for any run of characters and {@code ?} for one. */
final class Wildcards {
    private Wildcards() {}

    /** Whether the whole text fits; takes time in the order of the product of both lengths at worst. */
    static boolean match(String pattern, String text) {
        int[] expected = pattern.codePoints().toArray();
        int[] actual = text.codePoints().toArray();
        int p = 0;
        int star = -1;
        int resume = 0;
        int t = 0;
        while (t < actual.length) {
            if (p < expected.length && expected[p] == '*') {
                star = p++;
                resume = t;
            } else if (p < expected.length && (expected[p] == '?' || expected[p] == actual[t])) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < expected.length && expected[p] == '*') {
            p++;
        }
        return p == expected.length;
    }

    /** The same as a pattern of SQL's {@code like}, escaped by backslashes. */
    static String toSql(String pattern) {
        StringBuilder like = new StringBuilder();
        pattern.codePoints().forEach(c -> {
            switch (c) {
                case '*' -> like.append('%');
                case '?' -> like.append('_');
                case '%', '_', '\\' -> like.append('\\').appendCodePoint(c);
                default -> like.appendCodePoint(c);
            }
        });
        return like.toString();
    }
}
