package io.quantfleet.agent.app;

import io.quantfleet.agent.apply.FetchSettings;
import io.quantfleet.agent.enrol.Identity;
import io.quantfleet.agent.enrol.PinnedKeys;
import io.quantfleet.agent.state.StateDirectory;
import io.quantfleet.agent.testkit.TestDeployment;
import io.quantfleet.protocols.DeviceId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An agent that has enrolled, with its state directory, in the test's JVM. */
final class RunningAgent implements AutoCloseable {
    private final StateDirectory state;
    private final Agent agent;
    private boolean closed;

    RunningAgent(DeviceId id, Path directory, URI broker, PinnedKeys trust) throws Exception {
        state = StateDirectory.open(directory);
        AgentConfig config = new AgentConfig(
                Optional.empty(),
                id,
                TestDeployment.DEVICE_CLASS,
                directory,
                Optional.empty(),
                Map.of(),
                Duration.ofMillis(300),
                Duration.ofMillis(10),
                new AgentConfig.Network(FetchSettings.DEFAULT, Duration.ofMillis(1)),
                Optional.empty(),
                List.of(),
                Optional.of(new AgentConfig.Inference(0, 1 << 20, Duration.ofMinutes(1))));
        Identity identity = new Identity(id, TestDeployment.DEVICE_CLASS, "lab", "secret", broker, trust);
        agent = new Agent(config, "0.1.0", identity, state, AgentProcess.link(config, "0.1.0", identity, false));
        agent.start();
    }

    @Override
    public void close() throws Exception {
        if (!closed) {
            closed = true;
            agent.close();
            state.close();
        }
    }
}
