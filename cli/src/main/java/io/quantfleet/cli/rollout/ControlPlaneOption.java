package io.quantfleet.cli.rollout;

import io.quantfleet.cli.client.ControlPlaneClient;
import java.net.URI;
import picocli.CommandLine.Option;

/** Where the control plane is. */
final class ControlPlaneOption {
    @Option(
            names = "--control-plane",
            paramLabel = "URL",
            defaultValue = "${env:QUANTFLEET_CONTROL_PLANE:-http://127.0.0.1:8080}",
            description = "Where the control plane is (default: QUANTFLEET_CONTROL_PLANE, or ${DEFAULT-VALUE}).")
    private URI controlPlane = URI.create("http://127.0.0.1:8080");

    ControlPlaneClient client() {
        return new ControlPlaneClient(controlPlane);
    }
}
