package io.quantfleet.quantizer.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class WorkerMainTest {
    private final StringWriter err = new StringWriter();

    @Test
    void takesItsOptionsFromTheEnvironment() {
        CommandLine program = program(Map.of(
                "QUANTFLEET_WORKER_KAFKA", "nonsense",
                "QUANTFLEET_WORKER_OBJECT_STORE", "/nowhere",
                "QUANTFLEET_WORKER_WORK_DIR", "/nowhere",
                "QUANTFLEET_WORKER_HTTP_PORT", "70000"));

        int status = program.execute();

        assertThat(status).isEqualTo(2);
        assertThat(err.toString())
                .as("all faults at once")
                .contains("--kafka: 'nonsense' is not HOST:PORT")
                .contains("--http-port: 70000 is no port");
    }

    @Test
    void namesWhatIsMissing() {
        int status = program(Map.of()).execute("--kafka", "localhost:9092");

        assertThat(status).isEqualTo(2);
        assertThat(err.toString()).contains("--object-store").contains("--work-dir");
    }

    @Test
    void helpShowsEveryOption() {
        String help = program(Map.of()).getUsageMessage();

        assertThat(help).contains("--kafka", "--topic-prefix", "--object-store", "--work-dir", "--worker-id");
        assertThat(help).contains("--http-port", "--lock-duration", "QUANTFLEET_WORKER_KAFKA");
        assertThat(help).contains("Default: 0.", "Default: PT15S.");
    }

    private CommandLine program(Map<String, String> environment) {
        return WorkerMain.commandLine(environment).setErr(new PrintWriter(err, true));
    }
}
