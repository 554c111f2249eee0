package io.quantfleet.quantizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of {@code docs/library.md} compiles and runs as it stands there. */
class LibraryPageTest {
    private static final Pattern EXAMPLE = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

    @TempDir
    Path folder;

    private static Path page() {
        Path parent = Path.of("").toAbsolutePath();
        while (!Files.exists(parent.resolve("docs/library.md"))) {
            parent = parent.getParent();
        }
        return parent.resolve("docs/library.md");
    }

    @Test
    void theExampleRuns() throws Exception {
        Matcher found = EXAMPLE.matcher(Files.readString(page()));
        assertThat(found.find()).isTrue();
        Path classes = compile(found.group(1));
        ColourModel model = new ColourModel(Files.createDirectory(folder.resolve("model")));

        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            Object lines = loader.loadClass("QuantizeExample")
                    .getMethod("run", Path.class, Path.class, Path.class, Path.class)
                    .invoke(null, model.description, model.calibration, model.validation, folder.resolve("variants"));

            assertThat(lines).asString().contains("colour.rpi-cpu.onnx READY");
        }
    }

    private Path compile(String source) throws IOException {
        Path file = Files.writeString(folder.resolve("QuantizeExample.java"), source);
        Path classes = Files.createDirectory(folder.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(
                            messages,
                            files,
                            null,
                            List.of("-d", classes.toString(), "-classpath", System.getProperty("java.class.path")),
                            null,
                            files.getJavaFileObjects(file))
                    .call();
            assertThat(compiled).as(messages.toString()).isTrue();
        }
        return classes;
    }
}
