package io.quantfleet.cli.bench;

import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.ApiException;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.ModelUpload;
import io.quantfleet.cli.client.ModelVersion.Variant;
import io.quantfleet.cli.client.UnreachableException;
import io.quantfleet.cli.stack.Waiting;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.sample.SampleModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Versions of the sample model, quantized by a real worker, for devices to be taken from one to the next. */
final class ChaosModel {
    static final String NAME = SampleModel.NAME;

    private static final Duration LIMIT = Duration.ofMinutes(5);
    /** One method each, so that the variants differ; none of them takes long. */
    private static final List<String> OPTIONS = List.of(
            "{\"method\": \"static\", \"calibration\": \"minmax\"}",
            "{\"method\": \"static\", \"calibration\": \"percentile-99.9\"}",
            "{\"method\": \"static\", \"calibration\": \"mse\"}");
    /** ModelProto.doc_string, by its tag and length: appended to a serialized model, it changes nothing else. */
    private static final int DOC_STRING_TAG = 6 << 3 | 2;

    private final ControlPlaneClient client;
    private final Path directory;

    ChaosModel(ControlPlaneClient client, Path directory) {
        this.client = client;
        this.directory = directory;
    }

    /** Registers them and waits for their variants; the versions' numbers. */
    List<Integer> prepare() {
        List<Integer> versions = new ArrayList<>();
        try {
            SampleModel sample = SampleModel.extractInto(directory);
            for (int i = 0; i < OPTIONS.size(); i++) {
                Files.write(
                        sample.onnx(),
                        new byte[] {(byte) DOC_STRING_TAG, 1, (byte) ('a' + i)},
                        StandardOpenOption.APPEND);
                versions.add(client.registerModel(new ModelUpload(
                        sample.description(),
                        sample.onnx(),
                        List.of(),
                        sample.calibration(),
                        sample.validation(),
                        Optional.empty(),
                        Map.of("options", OPTIONS.get(i)))));
            }
        } catch (IOException e) {
            throw new CliException("can't write the sample model to " + directory + ": " + e.getMessage(), e);
        }
        versions.forEach(this::awaitReady);
        return versions;
    }

    private void awaitReady(int version) {
        Variant ready = Waiting.until(
                LIMIT,
                () -> latest(version).filter(Variant::isFinal),
                () -> "version " + version + " is not quantized");
        if (!ready.state().equals("READY")) {
            throw new CliException("version " + version + " is " + ready.state() + ": " + ready.reasons());
        }
    }

    /** Has a version quantized once more, so that a worker has work to be killed at. */
    void giveWork(int version) {
        try {
            client.quantizeAgain(NAME, version, ChaosFleet.DEVICE_CLASS);
        } catch (ApiException e) {
            if (!e.is(ReasonCode.ILLEGAL_STATE)) { // it is at it already
                throw e;
            }
        } catch (UnreachableException e) {
            // The control plane has been killed as well: there may be work, or none.
            return;
        }
    }

    /** How many of these versions have no READY variant in the end. */
    int unfinished(List<Integer> versions) {
        int unfinished = 0;
        for (int version : versions) {
            Variant last = Waiting.until(
                    LIMIT,
                    () -> latest(version).filter(Variant::isFinal),
                    () -> "version " + version + " is not quantized again");
            unfinished += last.state().equals("READY") ? 0 : 1;
        }
        return unfinished;
    }

    private Optional<Variant> latest(int version) {
        return client.modelVersion(NAME, version).variants().stream()
                .filter(variant -> variant.deviceClass().equals(ChaosFleet.DEVICE_CLASS))
                .reduce((earlier, later) -> later);
    }
}
