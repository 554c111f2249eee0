package io.quantfleet.agent.testkit;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The agent as users have it: {@code edge-agent.jar}, its {@code lib/} and the script that starts it, in one directory. */
public final class PackagedAgent {
    private static final Path SCRIPT = Path.of("src/main/sh/edge-agent");
    /** What the agent runs with; every other jar on the class path would cost it the memory of that jar's directory. */
    private static final Pattern LIBRARIES =
            Pattern.compile("(HdrHistogram|LatencyUtils|cloudevents|jackson-(annotations"
                    + "|core|databind)|jspecify|logback|micrometer|onnxruntime|org\\.eclipse\\.paho|picocli|protobuf-java-\\d"
                    + "|protocols|slf4j-api|zstd-jni).*\\.jar");

    private final Path directory;

    private PackagedAgent(Path directory) {
        this.directory = directory;
    }

    /** Packages what the tests run with. */
    public static PackagedAgent in(Path directory) throws IOException {
        Path libraries = Files.createDirectories(directory.resolve("lib"));
        List<String> names = new ArrayList<>();
        for (String entry : AgentProgram.classPath().split(File.pathSeparator)) {
            Path from = Path.of(entry);
            if (entry.endsWith(".jar")) {
                if (!LIBRARIES.matcher(from.getFileName().toString()).matches()) {
                    continue;
                }
                names.add("lib/" + from.getFileName());
                Files.createSymbolicLink(libraries.resolve(from.getFileName()), from);
            } else if (!holdsTheAgent(from)) {
                names.add("lib/classes" + names.size() + ".jar");
                jar(from, directory.resolve(names.get(names.size() - 1)), "");
            }
        }
        jar(Path.of("target/classes"), directory.resolve("edge-agent.jar"), String.join(" ", names));
        Files.copy(SCRIPT, directory.resolve("edge-agent")).toFile().setExecutable(true);
        return new PackagedAgent(directory);
    }

    private static boolean holdsTheAgent(Path classes) {
        return Files.exists(classes.resolve("io/quantfleet/agent/app/AgentMain.class"));
    }

    private static void jar(Path classes, Path jar, String classPath) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest);
                Stream<Path> all = Files.walk(classes)) {
            for (Path each : all.filter(Files::isRegularFile).sorted().toList()) {
                out.putNextEntry(
                        new JarEntry(classes.relativize(each).toString().replace(File.separatorChar, '/')));
                Files.copy(each, out);
            }
        }
    }

    /** The training run; returns what it printed. */
    public String prepare() throws IOException, InterruptedException {
        Path log = directory.resolve("prepare.log");
        Process process = new ProcessBuilder(script().toString(), "prepare")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new AssertionError("edge-agent prepare failed:\n" + Files.readString(log));
        }
        return Files.readString(log);
    }

    public Path script() {
        return directory.resolve("edge-agent").toAbsolutePath();
    }

    Path jar() {
        return directory.resolve("edge-agent.jar").toAbsolutePath();
    }

    public Path archive() {
        return directory.resolve("edge-agent.jsa");
    }
}
