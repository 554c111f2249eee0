package io.quantfleet.controlplane.console.frame;

import io.quarkus.qute.RawString;
import java.time.Instant;
import java.util.Optional;

/**
 * What the frame around every page needs.
 *
 * @param section the entry of the navigation that the page belongs to; empty for none
 * @param url path and query that show this page again, for the parts of it that refresh
 * @param origin scheme, host and port that the browser used, for commands to copy
 * @param now the instant that relative times count from
 * @param revision of the data the page shows; see {@code live}
 */
public record Page(String title, String section, String url, String origin, Instant now, String revision) {
    /** {@code at} as a {@code time} element: relative for reading, absolute for the pointer and for programs. */
    public RawString ago(Instant at) {
        return new RawString(Times.element(at, now));
    }

    /** The same for something that may not have happened: a dash then. */
    public RawString agoOrDash(Optional<Instant> at) {
        return at.map(this::ago).orElse(new RawString("<span class=\"none\">–</span>"));
    }
}
