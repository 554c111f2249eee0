package io.quantfleet.controlplane.console.frame;

import java.util.List;
import java.util.function.Function;

/** The rows of one page of a list, and whether there are others behind them. */
public record Rows<T>(List<T> shown, boolean more) {
    public Rows {
        shown = List.copyOf(shown);
    }

    /** The page, of rows that were asked for one more than a page has. */
    public static <T> Rows<T> of(List<T> found, int pageSize) {
        boolean more = found.size() > pageSize;
        return new Rows<>(more ? found.subList(0, pageSize) : found, more);
    }

    /** The address of the next page, made of the row behind which it begins; empty if there is none. */
    public String next(Function<T, String> behind) {
        return more ? behind.apply(shown.get(shown.size() - 1)) : "";
    }
}
