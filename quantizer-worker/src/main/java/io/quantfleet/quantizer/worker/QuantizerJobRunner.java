package io.quantfleet.quantizer.worker;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;

/** Runs jobs with the quantizer library. */
final class QuantizerJobRunner implements JobRunner {
    @Override
    public JobResult run(QuantizationJob job, JobFiles files, JobProgress progress) {
        throw new QuantizerException(ReasonCode.QUANTIZATION_FAILED, "this build can't quantize yet");
    }
}
