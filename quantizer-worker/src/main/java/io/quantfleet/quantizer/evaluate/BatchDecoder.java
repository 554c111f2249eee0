package io.quantfleet.quantizer.evaluate;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Decodes samples batch by batch, one batch ahead of whoever takes them, on threads of its own. At most two batches are
 * in memory. For use by one thread.
 */
final class BatchDecoder implements AutoCloseable {
    private final LabelledSamples samples;
    private final List<ModelInput> inputs;
    private final int batchSize;
    private final int threads;
    private final ExecutorService pool;
    private Pending ahead;

    private record Pending(DecodedBatch batch, List<Future<?>> parts) {}

    BatchDecoder(LabelledSamples samples, List<ModelInput> inputs, int batchSize, int threads) {
        this.samples = samples;
        this.inputs = inputs;
        this.batchSize = batchSize;
        this.threads = threads;
        this.pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "sample-decoder");
            thread.setDaemon(true);
            return thread;
        });
        this.ahead = start(0);
    }

    /** Whether there is another batch. */
    boolean hasNext() {
        return ahead.batch.count() > 0;
    }

    /**
     * The next batch.
     *
     * @throws QuantizerException if one of its samples can't be read
     */
    DecodedBatch next() {
        Pending current = ahead;
        ahead = start(current.batch.first() + current.batch.count());
        current.parts.forEach(BatchDecoder::await);
        return current.batch;
    }

    private Pending start(int first) {
        int count = Math.min(batchSize, samples.size() - first);
        Map<String, ByteBuffer> buffers = new LinkedHashMap<>();
        List<Future<?>> parts = new ArrayList<>();
        for (ModelInput input : inputs) {
            int sampleBytes = Math.toIntExact(input.sampleBytes());
            ByteBuffer buffer = ByteBuffer.allocate(Math.multiplyExact(count, sampleBytes));
            buffers.put(input.name(), buffer);
            int share = Math.max(1, (count + threads - 1) / threads);
            for (int from = 0; from < count; from += share) {
                int samplesHere = Math.min(share, count - from);
                int start = first + from;
                ByteBuffer target = buffer.slice(from * sampleBytes, samplesHere * sampleBytes)
                        .order(ByteOrder.nativeOrder());
                parts.add(pool.submit(() -> fill(input.name(), start, samplesHere, target)));
            }
        }
        return new Pending(new DecodedBatch(first, count, buffers), parts);
    }

    private void fill(String input, int first, int count, ByteBuffer target) {
        for (int sample = first; sample < first + count; sample++) {
            samples.fill(sample, input, target);
        }
    }

    private static void await(Future<?> part) {
        try {
            part.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof QuantizerException known) {
                throw known;
            }
            throw new IllegalStateException("decoding samples failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QuantizerException(ReasonCode.CANCELLED, "interrupted while samples were decoded", e);
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
