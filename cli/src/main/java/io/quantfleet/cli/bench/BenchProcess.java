package io.quantfleet.cli.bench;

import io.quantfleet.cli.CliException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One quantization in a process of its own, started as this one was, whose memory no earlier work has swollen. */
record BenchProcess(Path description, Path calibration, String deviceClass, int samples, int threads) {
    private static final String MAIN = "io.quantfleet.cli.QuantfleetMain";

    /**
     * The most memory that it took, in MiB.
     *
     * @param method the name of the method that ranges are chosen by
     */
    double peakMebibytes(String method) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN, "bench", "quantizer"));
        command.addAll(List.of(description.toString(), "--calibration", calibration.toString()));
        command.addAll(List.of("--samples", Integer.toString(samples), "--threads", Integer.toString(threads)));
        command.addAll(List.of("--device-class", deviceClass, "--only-peak-memory", method));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try {
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                int code = process.waitFor();
                if (code != 0) {
                    throw new CliException("the process that measures memory ended with code " + code);
                }
                return Double.parseDouble(output.strip());
            } finally {
                process.destroy();
            }
        } catch (IOException e) {
            throw new CliException("can't start a process that measures memory", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted while memory was measured", e);
        }
    }
}
