package io.quantfleet.agent.app;

import io.quantfleet.agent.AgentException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs one agent until it is told to stop: a program of its own, and {@code quantfleet agent}. */
@Command(
        name = "agent",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Runs one device's agent: it enrols once, fetches the model that the control plane wants on it, verifies, "
                    + "tests and serves it, and reports what it measures.",
            "It needs neither the control plane nor the broker to start: it waits for them, and serves the model it "
                    + "has."
        },
        footerHeading = "%nExit status:%n",
        footer = {
            "  1    something unexpected broke",
            "  2    wrong options",
            "  3    the control plane refused to enrol the device",
            "  4    the state directory can't be used, or the device can't enrol",
            "  143  stopped by SIGTERM (130 by SIGINT)",
            "",
            "Each option can be given as an environment variable, --state-dir as QUANTFLEET_AGENT_STATE_DIR.",
            "The script edge-agent, which lies beside edge-agent.jar, starts it with the flags for small boards."
        })
public final class AgentCommand implements Callable<Integer> {
    static final int ENROLMENT_REFUSED = 3;
    static final int STATE_UNUSABLE = 4;

    @Mixin
    private final AgentOptions options = new AgentOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Returns the exit status, when the agent was stopped or could not run. */
    @Override
    public Integer call() throws Exception {
        AgentConfig config = config();
        try {
            return new AgentProcess(config, BuildVersion.current()).run();
        } catch (AgentException e) {
            spec.commandLine().getErr().println(e.getMessage());
            return STATE_UNUSABLE;
        }
    }

    /** What the options say, when they have been parsed; a {@link ParameterException} has all their faults. */
    AgentConfig config() {
        List<String> faults = new ArrayList<>();
        return options.read(faults)
                .orElseThrow(
                        () -> new ParameterException(spec.commandLine(), String.join(System.lineSeparator(), faults)));
    }
}
