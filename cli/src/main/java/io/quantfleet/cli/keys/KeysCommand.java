package io.quantfleet.cli.keys;

import io.quantfleet.cli.terminal.OutputArguments;
import io.quantfleet.cli.terminal.Table;
import io.quantfleet.cli.terminal.Table.Column;
import io.quantfleet.protocols.trust.Trust;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code quantfleet keys}: the keys of an installation. */
@Command(
        name = "keys",
        description = {
            "Makes, rotates and revokes the keys that sign what devices shall run.",
            "",
            "Devices trust what the root key says of the signing keys. Keep the root key off the servers: it is needed to"
                    + " rotate and to revoke, never to run. What changes here counts once the control plane has been"
                    + " started again with these files; it then signs every manifest anew, and sends the news along.",
            ""
        },
        sortOptions = false)
public final class KeysCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--directory",
            scope = ScopeType.INHERIT,
            paramLabel = "DIR",
            defaultValue = "${sys:user.home}/.quantfleet/keys",
            description = "Where the keys are. Default: those of 'quantfleet up', ~/.quantfleet/keys.")
    private Path directory = Path.of("");

    @Option(
            names = "--root-key",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "The root key, if it is kept elsewhere. Default: root-key.pem in the directory.")
    private @Nullable Path rootKey;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "a command is missing: show, init, rotate or revoke");
    }

    @Command(name = "init", description = "Makes the keys that are missing, and the first trust statement.")
    int init(@Mixin OutputArguments output) {
        keys().initialise();
        return print(output);
    }

    @Command(name = "show", description = "Lists the keys that devices trust, and those that they no longer do.")
    int show(@Mixin OutputArguments output) {
        return print(output);
    }

    /** One key; {@code countsUntil} where it ends by itself. */
    private record Key(String id, String role, String state, Optional<String> countsUntil) {}

    /** What devices are told of keys. */
    private record Statement(long version, List<Key> keys) {}

    private int print(OutputArguments output) {
        KeyDirectory directories = keys();
        Trust trust = directories.trust();
        String active = directories.activeKeyId();
        List<Key> keys = new ArrayList<>();
        trust.signingKeyIds()
                .forEach(id -> keys.add(new Key(
                        id,
                        "signing",
                        id.equals(active) ? "active" : "trusted",
                        directories.expiry(id).map(Object::toString))));
        trust.revokedKeyIds().forEach(id -> keys.add(new Key(id, "signing", "revoked", Optional.empty())));
        trust.roots().keyIds().forEach(id -> keys.add(new Key(id, "root", "trusted", Optional.empty())));
        Statement statement = new Statement(trust.version(), keys);
        output.print(spec.commandLine().getOut(), statement, () -> lines(statement));
        return CommandLine.ExitCode.OK;
    }

    private static List<String> lines(Statement statement) {
        Table table =
                new Table(Column.text("KEY"), Column.text("ROLE"), Column.text("STATE"), Column.text("COUNTS UNTIL"));
        statement
                .keys()
                .forEach(key -> table.row(
                        key.id(), key.role(), key.state(), key.countsUntil().orElse("-")));
        List<String> lines = new ArrayList<>();
        lines.add("Trust statement " + statement.version());
        lines.addAll(table.lines());
        return lines;
    }

    @Command(
            name = "rotate",
            description = "Makes a new key the one that signs. The key before counts on for a while, any earlier one no"
                    + " longer.")
    int rotate(
            @Option(
                            names = "--overlap",
                            paramLabel = "DURATION",
                            description = "How long the key before counts on, as P30D or PT12H. Default: P30D.")
                    @Nullable
                    String overlap,
            @Mixin OutputArguments output) {
        Duration counts = Optional.ofNullable(overlap).map(this::duration).orElse(KeyDirectory.OVERLAP);
        KeyDirectory keys = keys();
        keys.rotate(root(keys), counts);
        return print(output);
    }

    @Command(
            name = "revoke",
            description = "Makes a key count for nothing, for ever: what it signed is refused, and devices forget the"
                    + " sequence numbers that it may have been misused for.")
    int revoke(
            @Parameters(paramLabel = "KEY", description = "The key's id, as 'show' has it.") String keyId,
            @Mixin OutputArguments output) {
        KeyDirectory keys = keys();
        keys.revoke(root(keys), keyId);
        return print(output);
    }

    private KeyDirectory keys() {
        return new KeyDirectory(directory, Clock.systemUTC());
    }

    private Path root(KeyDirectory keys) {
        return Optional.ofNullable(rootKey).orElse(keys.rootKey());
    }

    private Duration duration(String text) {
        try {
            Duration duration = Duration.parse(text);
            if (!duration.isNegative()) {
                return duration;
            }
        } catch (DateTimeParseException e) {
            // Told below, as for a negative one.
        }
        throw new CommandLine.ParameterException(
                spec.commandLine(), "--overlap is '" + text + "'; expected a duration such as P30D or PT12H");
    }
}
