package io.quantfleet.agent.app;

import picocli.CommandLine;

/** The agent as a program of its own; see {@link AgentCommand}. */
public final class AgentMain {
    private static final String LOGGING = "logback.configurationFile";

    private AgentMain() {}

    public static void main(String[] args) {
        if (System.getProperty(LOGGING) == null) {
            System.setProperty(LOGGING, "agent-logback.xml");
        }
        System.exit(
                new CommandLine(new AgentCommand()).setCommandName("edge-agent").execute(args));
    }
}
