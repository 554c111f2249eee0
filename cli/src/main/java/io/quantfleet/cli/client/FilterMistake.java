package io.quantfleet.cli.client;

import io.quantfleet.cli.CliException;
import java.util.function.Supplier;

/** Shows where in a filter the control plane stopped understanding. */
public final class FilterMistake {
    private FilterMistake() {}

    /**
     * Asks something with a filter.
     *
     * @throws CliException that shows the filter with a caret below the character, where that is the matter
     */
    public static <T> T pointedOut(String filter, Supplier<T> ask) {
        try {
            return ask.get();
        } catch (ApiException e) {
            if (e.position().isEmpty()) {
                throw e;
            }
            throw new CliException(
                    e.getMessage()
                            + System.lineSeparator()
                            + drawing(filter, e.position().getAsInt()),
                    e);
        }
    }

    /** The line of the filter that holds the character, and below it a caret; {@code position} counts from 1. */
    public static String drawing(String filter, int position) {
        int[] characters = filter.codePoints().toArray();
        int at = Math.min(position - 1, characters.length);
        int begin = at;
        while (begin > 0 && characters[begin - 1] != '\n') {
            begin--;
        }
        int end = at;
        while (end < characters.length && characters[end] != '\n') {
            end++;
        }
        StringBuilder line = new StringBuilder("  ");
        StringBuilder below = new StringBuilder("  ");
        for (int i = begin; i < end; i++) {
            line.appendCodePoint(characters[i]);
            if (i < at) {
                below.append(characters[i] == '\t' ? '\t' : ' ');
            }
        }
        return line + System.lineSeparator() + below + "^";
    }
}
