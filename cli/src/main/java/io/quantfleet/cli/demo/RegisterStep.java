package io.quantfleet.cli.demo;

import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.ApiException;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.ModelVersion;
import io.quantfleet.cli.stack.Waiting;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;

/** Registers the model; one that is registered already keeps its version. */
final class RegisterStep {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final ControlPlaneClient api;

    RegisterStep(ControlPlaneClient api) {
        this.api = api;
    }

    /** The model's version. */
    int perform(DemoModel model) {
        return Waiting.until(LIMIT, () -> Optional.of(register(model)), () -> "no answer");
    }

    private int register(DemoModel model) {
        try {
            return api.registerModel(model.upload());
        } catch (ApiException e) {
            if (e.is(ReasonCode.MODEL_VERSION_EXISTS)) {
                return registeredBefore(model);
            }
            throw e;
        }
    }

    private int registeredBefore(DemoModel model) {
        String sha256 = sha256(model);
        return api.modelVersions(model.name()).stream()
                .filter(version -> version.onnxSha256().equals(sha256))
                .map(ModelVersion::version)
                .max(Comparator.naturalOrder())
                .orElseThrow(() -> new CliException("the model was registered before, but not with this ONNX file"));
    }

    private static String sha256(DemoModel model) {
        try {
            return Sha256.of(model.upload().onnx()).hex();
        } catch (IOException e) {
            throw new CliException("can't read " + model.upload().onnx() + ": " + e.getMessage(), e);
        }
    }
}
