package io.quantfleet.cli.client;

import io.quantfleet.cli.context.Target;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every command which asks a control plane has. */
public final class ControlPlaneArguments {
    @Option(
            names = "--control-plane",
            paramLabel = "URL",
            description = "Where the control plane is: the console's address. Default: the variable"
                    + " QUANTFLEET_CONTROL_PLANE, else the context in use, else http://127.0.0.1:8080.")
    private @Nullable URI url;

    @Option(
            names = "--context",
            paramLabel = "NAME",
            description =
                    "The context to use instead, as 'quantfleet context list' has it. Default: QUANTFLEET_CONTEXT.")
    private @Nullable String context;

    @Option(
            names = "--actor",
            paramLabel = "NAME",
            description =
                    "Who does it, for the audit log. Default: the variable QUANTFLEET_ACTOR, else the user's name on"
                            + " this machine.")
    private @Nullable String actor;

    /** Where it is. */
    public URI url() {
        return target().server().url();
    }

    /** A client of it. */
    public ControlPlaneClient client() {
        return new ControlPlaneClient(
                target().server(),
                Actor.choose(Optional.ofNullable(actor), System.getenv(), System.getProperty("user.name", "")));
    }

    private Target target() {
        return Target.choose(Optional.ofNullable(url), Optional.ofNullable(context));
    }
}
