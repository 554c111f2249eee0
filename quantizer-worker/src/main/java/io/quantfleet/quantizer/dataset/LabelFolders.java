package io.quantfleet.quantizer.dataset;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Tells each file's label by the folder that it lies in, and puts the files in the order of their paths.
 *
 * @param paths the files, sorted
 * @param classes each file's label, as an index into the description's labels
 */
record LabelFolders(List<String> paths, List<Integer> classes) {
    private static final Set<String> LITTER = Set.of("thumbs.db", "desktop.ini");
    private static final String REMEDY = "a data set of images is one folder per label with JPEG or PNG files in it";

    static LabelFolders of(SampleFiles files, List<String> labels, boolean unlabelledToo) {
        List<String> sorted = new ArrayList<>(files.paths());
        sorted.removeIf(LabelFolders::isLitter);
        Collections.sort(sorted);
        if (sorted.isEmpty()) {
            throw Faults.dataset(files.source() + ": has no samples; " + REMEDY);
        }
        boolean unlabelled = unlabelledToo && sorted.stream().noneMatch(path -> path.contains("/"));
        if (unlabelled) {
            sorted.forEach(path -> checkKind(files.source(), path));
            return new LabelFolders(List.copyOf(sorted), Collections.nCopies(sorted.size(), LabelledSamples.UNKNOWN));
        }
        List<Integer> classes =
                sorted.stream().map(path -> label(files.source(), path, labels)).toList();
        return new LabelFolders(List.copyOf(sorted), classes);
    }

    // What file managers and archivers leave behind.
    private static boolean isLitter(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        return name.startsWith(".") || LITTER.contains(name) || path.startsWith("__MACOSX/");
    }

    private static int label(String source, String path, List<String> labels) {
        String[] parts = path.split("/");
        if (parts.length != 2) {
            String where = parts.length < 2 ? "lies outside the labels' folders" : "lies too deep";
            throw Faults.dataset(source + ": '" + path + "' " + where + "; " + REMEDY);
        }
        int label = labels.indexOf(parts[0]);
        if (label < 0) {
            throw Faults.dataset(source + ": the folder '" + parts[0] + "' (of '" + path
                    + "') is not one of the model's labels; rename or remove it. Labels are "
                    + Faults.list(labels));
        }
        checkKind(source, path);
        return label;
    }

    private static void checkKind(String source, String path) {
        if (!ImageDecoder.knows(path)) {
            throw Faults.dataset(source + ": '" + path + "' is not named .jpg, .jpeg or .png; convert or remove it");
        }
    }
}
