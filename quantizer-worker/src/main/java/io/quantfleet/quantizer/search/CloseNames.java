package io.quantfleet.quantizer.search;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds what somebody may have meant. */
final class CloseNames {
    private static final int MOST = 3;

    private CloseNames() {}

    /** A name and how many edits it is away. */
    private record Distance(String name, int edits) {}

    /** The names that are closest to a word, the closest first; those are none if all are far. */
    static List<String> to(String word, List<String> names) {
        String wanted = plain(word);
        int most = Math.max(2, wanted.length() / 3);
        return names.stream()
                .map(name -> new Distance(name, distance(wanted, plain(name))))
                .filter(distance -> distance.edits() <= most)
                .sorted(Comparator.comparingInt(Distance::edits))
                .limit(MOST)
                .map(Distance::name)
                .toList();
    }

    // Nobody remembers case, and whether names begin with a slash.
    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace("*", "").replaceAll("^/|/$", "");
    }

    /** Levenshtein's distance; a word within the other is as far as if it were one edit away. */
    private static int distance(String wanted, String name) {
        if (!wanted.isEmpty() && name.contains(wanted)) {
            return 1;
        }
        int[] row = new int[name.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= wanted.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int changed = diagonal + (wanted.charAt(i - 1) == name.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[name.length()];
    }
}
