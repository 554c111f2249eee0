package io.quantfleet.cli.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.terminal.OutputArguments;
import io.quantfleet.cli.terminal.YamlFile;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quantfleet rollout create}: begins a rollout, or says what it would do. */
@Command(
        name = "create",
        description = {
            "Takes a model version to a fleet; the whole of it at once, unless a strategy says otherwise.",
            ""
        },
        sortOptions = false,
        footerHeading = "%nExample:%n",
        footer = {
            "  quantfleet rollout create --fleet press-line --model glyphs --model-version 2 \\",
            "      --strategy canary.yaml --dry-run"
        })
final class CreateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--fleet", required = true, paramLabel = "NAME", description = "The fleet.")
    private String fleet = "";

    @Option(names = "--model", required = true, paramLabel = "NAME", description = "The model.")
    private String model = "";

    @Option(names = "--model-version", required = true, paramLabel = "N", description = "Its version.")
    private int version;

    @Option(
            names = "--strategy",
            paramLabel = "FILE",
            description = "Stages and gates, in JSON or YAML, as docs/rollouts.md describes them.")
    private Optional<Path> strategy = Optional.empty();

    @Option(
            names = "--policy",
            paramLabel = "NAME",
            description = "The rollout policy whose strategy it takes, instead of a file's.")
    private Optional<String> policy = Optional.empty();

    @Option(names = "--draft", description = "Let it wait until it is started.")
    private boolean draft;

    @Option(
            names = "--dry-run",
            description = "Begin nothing; say which stage takes which devices, and how many bytes.")
    private boolean dryRun;

    @Mixin
    private ActorOptions actor = new ActorOptions();

    @Mixin
    private ControlPlaneArguments controlPlane = new ControlPlaneArguments();

    @Mixin
    private OutputArguments output = new OutputArguments();

    @Override
    public Integer call() {
        ControlPlaneClient client = controlPlane.client();
        Map<String, Object> request = actor.fields();
        request.put("fleet", fleet);
        request.put("model", model);
        request.put("version", version);
        request.put("draft", draft);
        strategy.ifPresent(
                file -> request.put("strategy", YamlFile.readObject(file, "a strategy: an object with 'stages'")));
        policy.ifPresent(name -> request.put("policy", name));
        if (dryRun) {
            JsonNode preview = client.previewRollout(request);
            output.print(spec.commandLine().getOut(), preview, () -> RolloutTables.preview(preview));
        } else {
            JsonNode rollout = client.createRollout(request);
            output.print(spec.commandLine().getOut(), rollout, () -> RolloutTables.one(rollout));
        }
        return CommandLine.ExitCode.OK;
    }
}
