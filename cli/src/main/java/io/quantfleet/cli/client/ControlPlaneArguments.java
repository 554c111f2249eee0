package io.quantfleet.cli.client;

import java.net.URI;
import picocli.CommandLine.Option;

/** The option that every command which asks a control plane has. */
public final class ControlPlaneArguments {
    @Option(
            names = "--control-plane",
            required = true,
            defaultValue = "${env:QUANTFLEET_CONTROL_PLANE}",
            paramLabel = "URL",
            description = "Where the control plane is: the console's address."
                    + " Default: the environment variable QUANTFLEET_CONTROL_PLANE.")
    private URI url = URI.create("");

    /** Where it is. */
    public URI url() {
        return url;
    }

    /** A client of it. */
    public ControlPlaneClient client() {
        return new ControlPlaneClient(url);
    }
}
