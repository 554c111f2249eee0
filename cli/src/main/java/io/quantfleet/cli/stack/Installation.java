package io.quantfleet.cli.stack;

import io.quantfleet.cli.CliException;
import io.quantfleet.cli.QuantfleetMain;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the built programs and the Java runtime are. The programs lie in the source tree that this class was built in;
 * {@code -Dquantfleet.home} names another one.
 */
public record Installation(Path home) {
    /** The tree that this class runs from. */
    public static Installation current() {
        String home = System.getProperty("quantfleet.home", "");
        if (!home.isEmpty()) {
            return new Installation(Path.of(home).toAbsolutePath());
        }
        try {
            Path code = Path.of(QuantfleetMain.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            // HOME/cli/target/cli.jar or HOME/cli/target/classes
            Path target = requireParent(code);
            return new Installation(requireParent(requireParent(target)));
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the place of a class is not a file", e);
        }
    }

    /** The Java launcher that runs this process. */
    public Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /** This command. */
    public Path cli() {
        return program("cli/target/cli.jar");
    }

    /** The control plane. */
    public Path controlPlane() {
        return program("control-plane/target/quarkus-app/quarkus-run.jar");
    }

    /** The worker. */
    public Path worker() {
        return program("quantizer-worker/target/quantizer-worker.jar");
    }

    /** The edge agent. */
    public Path agent() {
        return program("edge-agent/target/edge-agent.jar");
    }

    private Path program(String name) {
        Path jar = home.resolve(name);
        if (!Files.isRegularFile(jar)) {
            throw new CliException("the program " + jar + " is not built; ./quantfleet builds it");
        }
        return jar;
    }

    private static Path requireParent(Path path) {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IllegalStateException("no directory above " + path);
        }
        return parent;
    }
}
