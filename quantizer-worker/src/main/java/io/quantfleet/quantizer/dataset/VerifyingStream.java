package io.quantfleet.quantizer.dataset;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;

/** Passes on exactly as many bytes as were declared, with the checksum that was declared, and fails otherwise. */
final class VerifyingStream extends FilterInputStream {
    private final CRC32 checksum = new CRC32();
    private final long declaredCrc;
    private final long declared;
    private long seen;

    VerifyingStream(InputStream in, long declaredBytes, long declaredCrc) {
        super(in);
        this.declared = declaredBytes;
        this.declaredCrc = declaredCrc;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count = super.read(target, offset, length);
        if (count < 0) {
            checkEnd();
            return count;
        }
        seen += count;
        checksum.update(target, offset, count);
        if (seen > declared) {
            throw new IOException("it inflates beyond the " + declared + " bytes that it declares");
        }
        return count;
    }

    private void checkEnd() throws IOException {
        if (seen < declared) {
            throw new IOException("it ends after " + seen + " of " + declared + " bytes");
        }
        if (checksum.getValue() != declaredCrc) {
            throw new IOException("its checksum is wrong");
        }
    }

    @Override
    public long skip(long count) throws IOException {
        throw new IOException("can't skip: every byte counts towards the checksum");
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
