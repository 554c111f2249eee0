package io.quantfleet.agent.app;

import picocli.CommandLine;

/** The agent as a program of its own; see {@link AgentCommand}. */
public final class AgentMain {
    private AgentMain() {}

    public static void main(String[] args) {
        AgentLogging.use();
        System.exit(
                new CommandLine(new AgentCommand()).setCommandName("edge-agent").execute(args));
    }
}
