package io.quantfleet.agent.apply;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;

/** The content of files, one behind the other, of which one is open at a time. */
final class ConcatenatedFiles extends InputStream {
    private final Iterator<Path> rest;
    private InputStream current = InputStream.nullInputStream();

    ConcatenatedFiles(List<Path> files) {
        this.rest = List.copyOf(files).iterator();
    }

    @Override
    public int read() throws IOException {
        byte[] single = new byte[1];
        return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int read = current.read(target, offset, length);
        while (read < 0 && rest.hasNext()) {
            current.close();
            current = Files.newInputStream(rest.next());
            read = current.read(target, offset, length);
        }
        return read;
    }

    @Override
    public void close() throws IOException {
        current.close();
    }
}
