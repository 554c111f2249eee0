package io.quantfleet.agent.serve;

import ai.onnxruntime.OrtEnvironment;
import io.quantfleet.agent.state.DurableFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ONNX Runtime's libraries, unpacked once into a directory that stays. Left to itself the runtime unpacks them, some 25 MB,
 * at each start into a new temporary directory, which remains whenever the process is killed: a model that takes the
 * process down again and again would fill the device's disk, or its memory where that directory is in memory.
 */
final class NativeLibraries {
    /** Where the runtime looks for its libraries, if it is set. */
    static final String PROPERTY = "onnxruntime.native.path";

    private static final Logger LOG = LoggerFactory.getLogger(NativeLibraries.class);

    private static final String FOLDER = "ai/onnxruntime/native/";

    private NativeLibraries() {}

    /**
     * Unpacks the libraries for this machine, unless they are there and whole, and tells the runtime, which must not have
     * started yet. Where that can't be done, or somebody has told the runtime already where its libraries are, nothing
     * changes: the runtime finds its own way.
     */
    static void provide(Path directory) {
        if (System.getProperty(PROPERTY) != null) {
            return;
        }
        try {
            if (unpack(directory)) {
                // Where programs may not be run from, libraries may not be loaded from.
                System.load(directory
                        .resolve(System.mapLibraryName("onnxruntime"))
                        .toAbsolutePath()
                        .toString());
                System.setProperty(PROPERTY, directory.toAbsolutePath().toString());
            }
        } catch (IOException | UnsatisfiedLinkError e) {
            LOG.warn(
                    "ONNX Runtime's libraries can't be kept in {}, they are unpacked again at each start: {}",
                    directory,
                    e);
        }
    }

    /** Whether libraries for this machine were found, and are in the directory now. */
    static boolean unpack(Path directory) throws IOException {
        URL classes = OrtEnvironment.class.getResource("OrtEnvironment.class");
        if (!(classes.openConnection() instanceof JarURLConnection connection)) {
            return false;
        }
        JarFile jar = connection.getJarFile();
        String platform = FOLDER + platform(System.getProperty("os.name"), System.getProperty("os.arch")) + "/";
        List<JarEntry> libraries =
                jar.stream().filter(entry -> isDirectlyIn(platform, entry)).toList();
        DurableFiles.createDirectory(directory);
        for (JarEntry library : libraries) {
            Path file = directory.resolve(library.getName().substring(platform.length()));
            if (!isWhole(file, library)) {
                try (InputStream content = jar.getInputStream(library)) {
                    DurableFiles.write(file, content);
                }
            }
        }
        return !libraries.isEmpty();
    }

    private static boolean isDirectlyIn(String folder, JarEntry entry) {
        String name = entry.getName();
        return name.startsWith(folder) && name.length() > folder.length() && name.indexOf('/', folder.length()) < 0;
    }

    /** A memory card that forgets would otherwise take the agent down at every start. */
    private static boolean isWhole(Path file, JarEntry entry) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) != entry.getSize()) {
            return false;
        }
        CRC32 sum = new CRC32();
        try (InputStream content = new CheckedInputStream(Files.newInputStream(file), sum)) {
            content.transferTo(OutputStream.nullOutputStream());
        }
        return sum.getValue() == entry.getCrc();
    }

    /** As the runtime's package names its folders. */
    static String platform(String system, String processor) {
        String os = system.toLowerCase(Locale.ROOT);
        String name = os.contains("mac") ? "osx" : os.contains("win") ? "win" : "linux";
        return name + (processor.equals("amd64") || processor.equals("x86_64") ? "-x64" : "-" + processor);
    }
}
