package io.quantfleet.cli.keys;

import io.quantfleet.cli.terminal.Table;
import io.quantfleet.cli.terminal.Table.Column;
import io.quantfleet.protocols.trust.Trust;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
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
    int init() {
        keys().initialise();
        return show();
    }

    @Command(name = "show", description = "Lists the keys that devices trust, and those that they no longer do.")
    int show() {
        KeyDirectory keys = keys();
        Trust trust = keys.trust();
        Table table =
                new Table(Column.text("KEY"), Column.text("ROLE"), Column.text("STATE"), Column.text("COUNTS UNTIL"));
        String active = keys.activeKeyId();
        for (String id : trust.signingKeyIds()) {
            table.row(
                    id,
                    "signing",
                    id.equals(active) ? "active" : "trusted",
                    keys.expiry(id).map(Object::toString).orElse("-"));
        }
        trust.revokedKeyIds().forEach(id -> table.row(id, "signing", "revoked", "-"));
        trust.roots().keyIds().forEach(id -> table.row(id, "root", "trusted", "-"));
        PrintWriter screen = spec.commandLine().getOut();
        screen.println("Trust statement " + trust.version());
        table.lines().forEach(screen::println);
        screen.flush();
        return CommandLine.ExitCode.OK;
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
                    String overlap) {
        Duration counts = Optional.ofNullable(overlap).map(this::duration).orElse(KeyDirectory.OVERLAP);
        KeyDirectory keys = keys();
        keys.rotate(root(keys), counts);
        return show();
    }

    @Command(
            name = "revoke",
            description = "Makes a key count for nothing, for ever: what it signed is refused, and devices forget the"
                    + " sequence numbers that it may have been misused for.")
    int revoke(@Parameters(paramLabel = "KEY", description = "The key's id, as 'show' has it.") String keyId) {
        KeyDirectory keys = keys();
        keys.revoke(root(keys), keyId);
        return show();
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
