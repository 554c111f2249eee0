package io.quantfleet.bench;

import io.quantfleet.protocols.artifact.Chunker;
import io.quantfleet.protocols.artifact.Layout;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What it takes to cut 16 MiB of an artifact into chunks by its content, digests included. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ChunkingBench {
    private final byte[] artifact = new byte[16 << 20];
    private final Chunker chunker = new Chunker(Chunker.DEFAULT_CHUNK_BYTES);

    /** Draws bytes, which is what integers of weights look like. */
    public ChunkingBench() {
        new Random(1).nextBytes(artifact);
    }

    @Benchmark
    public Object cut() throws IOException {
        return chunker.cut(Layout.UNKNOWN, new ByteArrayInputStream(artifact), (chunk, bytes) -> {});
    }
}
