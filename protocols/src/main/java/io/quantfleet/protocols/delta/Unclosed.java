package io.quantfleet.protocols.delta;

import java.io.FilterInputStream;
import java.io.InputStream;

/** A stream whose end of use is not the end of what is beneath it. */
final class Unclosed extends FilterInputStream {
    Unclosed(InputStream in) {
        super(in);
    }

    @Override
    public void close() {
        // What is beneath belongs to somebody else.
    }
}
