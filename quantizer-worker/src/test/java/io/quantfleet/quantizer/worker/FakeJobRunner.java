package io.quantfleet.quantizer.worker;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.v1.QuantizationStep;
import io.quantfleet.quantizer.QuantizerException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Makes "variants" out of thin air, at once or when it is told to; remembers what it ran. */
final class FakeJobRunner implements JobRunner {
    final List<String> started = new CopyOnWriteArrayList<>();
    final List<JobFiles> files = new CopyOnWriteArrayList<>();
    private final CountDownLatch gate;

    private FakeJobRunner(int permitsNeeded) {
        gate = new CountDownLatch(permitsNeeded);
    }

    static FakeJobRunner quick() {
        return new FakeJobRunner(0);
    }

    /** Its jobs last until {@link #finish()}. */
    static FakeJobRunner slow() {
        return new FakeJobRunner(1);
    }

    void finish() {
        gate.countDown();
    }

    @Override
    public JobResult run(QuantizationJob job, JobFiles jobFiles, JobProgress progress) {
        started.add(job.id());
        files.add(jobFiles);
        progress.report(QuantizationStep.QUANTIZATION_STEP_CALIBRATE, 0.5);
        try {
            while (!gate.await(50, TimeUnit.MILLISECONDS)) {
                progress.report(QuantizationStep.QUANTIZATION_STEP_CALIBRATE, 0.5);
            }
            Path variant = Files.writeString(jobFiles.output().resolve("variant.onnx"), "variant of " + job.model());
            Path probeSet = Files.writeString(jobFiles.output().resolve("probe-set"), "probe set");
            Path page = Files.writeString(jobFiles.output().resolve("report.html"), "<p>page</p>");
            return new JobResult(
                    true, List.of(), variant, probeSet, page, job.options().probeSamples(), 0.9, 0.91, "{}");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QuantizerException(ReasonCode.CANCELLED, "interrupted", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
