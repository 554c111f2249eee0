package io.quantfleet.controlplane.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the audit log takes a call for. */
class AuditedCallTest {
    @ParameterizedTest
    @CsvSource({
        "POST, fleets, fleets, '', create",
        "POST, devices/import, devices, '', import",
        "POST, rollouts/4711/pause, rollouts, 4711, pause",
        "PUT, fleets/press-line/maintenance-windows, fleets, press-line, replace maintenance-windows",
        "POST, models/glyphs/versions/3/jobs, models, glyphs/versions/3, jobs",
        "DELETE, enrolment-tokens/0abc, enrolment-tokens, 0abc, delete",
        "PUT, device-classes/mine, device-classes, mine, replace"
    })
    void saysWhatIsDoneToWhat(String method, String path, String kind, String subject, String action) {
        assertThat(AuditedCall.of(method, segments(path), false)).contains(new AuditedCall(kind, subject, action));
    }

    @Test
    void leavesOutWhatChangesNothing() {
        assertThat(AuditedCall.of("GET", segments("fleets"), false)).isEmpty();
        assertThat(AuditedCall.of("POST", segments("rollouts"), true)).isEmpty();
        assertThat(AuditedCall.of("POST", segments("fleets/preview"), false)).isEmpty();
        assertThat(AuditedCall.of("POST", List.of("console", "live"), false)).isEmpty();
    }

    @Test
    void leavesOutWhatDevicesDo() {
        assertThat(AuditedCall.of("POST", segments("enrolments"), false)).isEmpty();
    }

    private static List<String> segments(String path) {
        return List.of(("api/v1/" + path).split("/"));
    }
}
