package io.quantfleet.agent.testkit.faults;

import io.quantfleet.protocols.v1.ReportedState;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;

/**
 * Stops a thread for ever at the step that a test named, and says so, so that the test can kill the process exactly there.
 * The test arms a point by writing its name into the file {@code armed} of a control directory; the file {@code reached}
 * appears when it is reached.
 *
 * <p>A point is a step and a file, as {@code MOVED slots/current}. Chunks and telemetry windows are called {@code chunks/*}
 * and {@code telemetry/*}, or by their own names; slots are {@code slots/x/…}; temporary files are called as what they become. Where the journal is
 * moved, the state that it stores is behind its name, as {@code MOVE journal FETCHING}, and {@code delivered} where nothing waits
 * for its delivery any more. Reads and writes its control files with {@code java.io}, which no file system provider comes
 * between.
 */
final class StopPoints implements FileFaults {
    static final String CONTROL = "quantfleet.test.stop-points";
    static final String STATE_DIRECTORY = "quantfleet.test.state-directory";

    private final File control;
    private final String root;

    private StopPoints(File control, String root) {
        this.control = control;
        this.root = root + File.separator;
    }

    static FileFaults fromSystemProperty() {
        String control = System.getProperty(CONTROL);
        String root = System.getProperty(STATE_DIRECTORY);
        return control == null || root == null ? (step, file) -> {} : new StopPoints(new File(control), root);
    }

    @Override
    public void at(Step step, Path file) throws IOException {
        String name = file.toString();
        if (!name.startsWith(root)) {
            return;
        }
        File armed = new File(control, "armed");
        if (!armed.exists()) {
            return;
        }
        String point;
        try (InputStream in = new FileInputStream(armed)) {
            point = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).strip();
        }
        String plain = plainName(name);
        if (point.equals(step + " " + plain) || point.equals(step + " " + pointName(step, plain))) {
            stop();
        }
    }

    private String plainName(String name) {
        String relative = name.substring(root.length());
        return relative.replaceFirst("\\.(tmp|part)$", "");
    }

    private String pointName(Step step, String plain) {
        if (plain.startsWith("chunks/")) {
            return "chunks/*";
        }
        if (plain.endsWith(".window") || plain.endsWith(".delivered")) {
            return "telemetry/*";
        }
        if (plain.equals("journal")) {
            return step == Step.MOVE || step == Step.MOVED ? "journal " + storedState(step) : plain;
        }
        return plain.replaceFirst("^slots/[ab]/", "slots/x/");
    }

    /** The state in the journal that is being moved. */
    private String storedState(Step step) {
        File file = new File(root, step == Step.MOVED ? "journal" : "journal.tmp");
        Properties properties = new Properties();
        try (InputStream in = new FileInputStream(file)) {
            properties.load(in);
            String state = ReportedState.parseFrom(Base64.getDecoder().decode(properties.getProperty("deployment", "")))
                    .getState()
                    .name()
                    .replace("DEVICE_STATE_", "");
            return properties.containsKey("outbox.0") ? state : state + " delivered";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void stop() throws IOException {
        try (FileOutputStream out = new FileOutputStream(new File(control, "reached"))) {
            out.write('\n');
        }
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            throw new UncheckedIOException(new IOException("interrupted at a stop point", e));
        }
    }
}
