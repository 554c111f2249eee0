package io.quantfleet.protocols.delta;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.quantfleet.protocols.artifact.Layout;
import io.quantfleet.protocols.artifact.OnnxLayout;
import io.quantfleet.protocols.v1.DeltaHeader;
import io.quantfleet.protocols.v1.DeltaMethod;
import io.quantfleet.protocols.v1.DeltaSpan;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Makes deltas: by byte differences and by dictionaries, and keeps the smaller one. Differences win where weights were
 * nudged, dictionaries where content moved. One thread; memory is bounded, for files of any size.
 */
public final class DeltaEncoder {
    private static final int BEST_LEVEL = 19;
    /** Above {@link #BEST_UP_TO} bytes; ten times as fast. */
    private static final int FAST_LEVEL = 9;

    private static final long BEST_UP_TO = 64L << 20;
    private static final int DICTIONARY_WINDOW_LOG = 24;
    private static final int BUFFER_BYTES = 1 << 18;

    private final Path from;
    private final Path to;
    private final BooleanSupplier giveUp;

    private DeltaEncoder(Path from, Path to, BooleanSupplier giveUp) {
        this.from = from;
        this.to = to;
        this.giveUp = giveUp;
    }

    /**
     * Writes the smaller patch that makes {@code to} of {@code from}.
     *
     * @param patch the file to write; others beside it, named alike, are used meanwhile
     * @param giveUp asked now and then, whether it has taken too long
     * @return how it was made
     * @throws InterruptedIOException if {@code giveUp} said so
     */
    public static DeltaMethod encode(Path from, Path to, Path patch, BooleanSupplier giveUp) throws IOException {
        return new DeltaEncoder(from, to, giveUp).encode(patch);
    }

    private DeltaMethod encode(Path patch) throws IOException {
        List<DeltaSpan> aligned = Alignment.of(layout(from), Files.size(from), layout(to), Files.size(to));
        Path dictionary = patch.resolveSibling(patch.getFileName() + ".dictionary");
        Path frames = patch.resolveSibling(patch.getFileName() + ".frames");
        try {
            differences(aligned, patch);
            try {
                dictionaries(aligned, dictionary, frames);
            } catch (ZstdException notWithTheseBytes) {
                // A part that looks like a trained dictionary, and is none: the other method does not mind.
                return DeltaMethod.DELTA_METHOD_DIFFERENCE;
            }
            if (Files.size(patch) <= Files.size(dictionary)) {
                return DeltaMethod.DELTA_METHOD_DIFFERENCE;
            }
            Files.move(dictionary, patch, StandardCopyOption.REPLACE_EXISTING);
            return DeltaMethod.DELTA_METHOD_DICTIONARY;
        } finally {
            Files.deleteIfExists(dictionary);
            Files.deleteIfExists(frames);
        }
    }

    private static Layout layout(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return OnnxLayout.read(in);
        }
    }

    private void differences(List<DeltaSpan> spans, Path patch) throws IOException {
        try (RandomAccessFile base = new RandomAccessFile(from.toFile(), "r");
                InputStream next = Files.newInputStream(to);
                OutputStream out = new BufferedOutputStream(Files.newOutputStream(patch))) {
            write(DeltaMethod.DELTA_METHOD_DIFFERENCE, spans, out);
            try (ZstdOutputStreamNoFinalizer zstd = new ZstdOutputStreamNoFinalizer(out, level())) {
                zstd.setWindowLog(DeltaDecoder.MAX_WINDOW_LOG);
                byte[] buffer = new byte[BUFFER_BYTES];
                byte[] before = new byte[BUFFER_BYTES];
                for (DeltaSpan span : spans) {
                    base.seek(span.getFromOffset());
                    for (long rest = span.getSize(); rest > 0; ) {
                        int length = next.readNBytes(buffer, 0, (int) Math.min(rest, buffer.length));
                        if (length == 0) {
                            throw new IOException(to + " became shorter");
                        }
                        if (span.getFromSize() > 0) {
                            base.readFully(before, 0, length);
                            for (int i = 0; i < length; i++) {
                                buffer[i] -= before[i];
                            }
                        }
                        zstd.write(buffer, 0, length);
                        rest -= length;
                        checkTime();
                    }
                }
            }
        }
    }

    private void dictionaries(List<DeltaSpan> aligned, Path patch, Path frames) throws IOException {
        List<DeltaSpan> encoded = new ArrayList<>();
        try (RandomAccessFile base = new RandomAccessFile(from.toFile(), "r");
                InputStream next = Files.newInputStream(to);
                OutputStream out = new BufferedOutputStream(Files.newOutputStream(frames))) {
            for (DeltaSpan span : DictionarySpans.of(aligned, Files.size(from))) {
                byte[] dictionary = new byte[(int) span.getFromSize()];
                base.seek(span.getFromOffset());
                base.readFully(dictionary);
                byte[] frame = frame(next.readNBytes((int) span.getSize()), dictionary);
                encoded.add(span.toBuilder().setEncodedSize(frame.length).build());
                out.write(frame);
                checkTime();
            }
        }
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(patch))) {
            write(DeltaMethod.DELTA_METHOD_DICTIONARY, encoded, out);
            Files.copy(frames, out);
        }
    }

    private byte[] frame(byte[] content, byte[] dictionary) throws IOException {
        try (ZstdCompressCtx zstd = new ZstdCompressCtx()) {
            zstd.setLevel(level()).setWindowLog(DICTIONARY_WINDOW_LOG);
            if (dictionary.length > 0) {
                zstd.loadDict(dictionary);
            }
            byte[] frame = zstd.compress(content);
            if (frame.length > DeltaDecoder.MAX_FRAME_BYTES) {
                throw new IOException("a frame longer than any decoder takes");
            }
            return frame;
        }
    }

    private void write(DeltaMethod method, List<DeltaSpan> spans, OutputStream out) throws IOException {
        DeltaHeader header = DeltaHeader.newBuilder()
                .setMethod(method)
                .setFromSize(Files.size(from))
                .setSize(Files.size(to))
                .addAllSpans(spans)
                .build();
        if (header.getSerializedSize() > DeltaDecoder.MAX_HEADER_BYTES) {
            throw new IOException(to + " has " + spans.size() + " spans, more than a decoder takes");
        }
        header.writeDelimitedTo(out);
    }

    private int level() throws IOException {
        return Files.size(to) <= BEST_UP_TO ? BEST_LEVEL : FAST_LEVEL;
    }

    private void checkTime() throws InterruptedIOException {
        if (giveUp.getAsBoolean()) {
            throw new InterruptedIOException("the delta took too long to make");
        }
    }
}
