package io.quantfleet.cli.demo;

import io.quantfleet.cli.CliException;
import io.quantfleet.cli.StoppingException;
import io.quantfleet.cli.client.ApiException;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.Device;
import io.quantfleet.cli.client.ModelVersion;
import io.quantfleet.cli.stack.Installation;
import io.quantfleet.cli.stack.Stack;
import io.quantfleet.cli.stack.StackPrograms;
import io.quantfleet.cli.terminal.Progress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What happens in the demo, step by step, over the REST API of a running stack. Each step uses what is there already, so
 * the story also goes on in the data of an earlier one, and through a restart of any program.
 */
final class DemoStory {
    private final Stack stack;
    private final Installation installation;
    private final Progress progress;
    private final DemoFleet fleet;
    private final Map<String, Duration> seconds = new LinkedHashMap<>();

    DemoStory(Stack stack, Installation installation, Progress progress, DemoFleet fleet) {
        this.stack = stack;
        this.installation = installation;
        this.progress = progress;
        this.fleet = fleet;
    }

    /**
     * Performs the story.
     *
     * @throws CliException naming the step that failed, why, and the log to read
     */
    DemoResult perform(DemoModel model) {
        ControlPlaneClient api = new ControlPlaneClient(stack.addresses().console());
        String name = model.name();
        int version = step("register", "Registering the model " + name, StackPrograms.CONTROL_PLANE, step -> {
            int registered = new RegisterStep(api).perform(model);
            step.done("version " + registered);
            return registered;
        });
        // The worker quantizes already while the devices enrol.
        step("enrol", "Enrolling " + fleet.members().size() + " devices", fleet.firstDevice(), step -> {
            List<Device> online = new EnrolStep(api, fleet, stack, installation).perform(step);
            step.done(online.size() + " online");
            return online;
        });
        ModelVersion quantized = step("quantize", "Quantizing " + name, StackPrograms.worker(0), step -> {
            QuantizeStep quantize = new QuantizeStep(api, fleet);
            ModelVersion ready = quantize.perform(step, name, version);
            step.done(quantize.line(ready));
            return ready;
        });
        step("rollout", "Rolling out " + name + " " + version, StackPrograms.CONTROL_PLANE, step -> {
            int active = new RolloutStep(api, fleet)
                    .perform(step, name, version)
                    .devices()
                    .size();
            step.done(active + " devices ACTIVE");
            return active;
        });
        List<Device> devices = step("telemetry", "Collecting telemetry", StackPrograms.CONTROL_PLANE, step -> {
            List<Device> measured = new TelemetryStep(api, fleet).perform(step, quantized);
            step.done(TelemetryStep.WINDOWS + " windows or more from each device");
            return measured;
        });
        return new DemoResult(quantized, fleet.variantsAmong(quantized), devices, seconds);
    }

    private interface Act<T> {
        T perform(Progress.Step step);
    }

    private <T> T step(String key, String title, String log, Act<T> act) {
        Progress.Step step = progress.begin(title);
        try {
            T result = act.perform(step);
            seconds.put(key, step.elapsed());
            return result;
        } catch (StoppingException e) {
            throw e;
        } catch (CliException e) {
            // What the control plane itself answers with is explained in its log.
            String told = e instanceof ApiException ? StackPrograms.CONTROL_PLANE : log;
            throw new CliException(
                    "the step '" + title + "' failed: " + e.getMessage() + "; read "
                            + stack.directory().log(told),
                    e);
        }
    }
}
