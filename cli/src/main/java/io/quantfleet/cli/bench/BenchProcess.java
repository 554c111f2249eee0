package io.quantfleet.cli.bench;

import java.nio.file.Path;
import java.util.List;

/** One quantization in a process of its own. */
record BenchProcess(Path description, Path calibration, String deviceClass, int samples, int threads) {

    /**
     * The most memory that it took, in MiB.
     *
     * @param method the name of the method that ranges are chosen by
     */
    double peakMebibytes(String method) {
        return Double.parseDouble(OwnProcess.output(List.of(
                "quantizer",
                description.toString(),
                "--calibration",
                calibration.toString(),
                "--samples",
                Integer.toString(samples),
                "--threads",
                Integer.toString(threads),
                "--device-class",
                deviceClass,
                "--only-peak-memory",
                method)));
    }
}
