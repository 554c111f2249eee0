package io.quantfleet.quantizer.dataset;

import java.util.List;

/** The files of a data set, in a directory or an archive. Safe for use by several threads. */
interface SampleFiles extends AutoCloseable {

    /** What messages call the whole. */
    String source();

    /** Paths from the top of the data set, with '/' between folders, in any order. */
    List<String> paths();

    /** The content of one file. */
    byte[] read(String path);

    @Override
    void close();
}
