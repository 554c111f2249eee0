package io.quantfleet.controlplane.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.controlplane.live.Revision.Topic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RevisionTest {
    @Test
    void survivesThePageAndComesBack() {
        Revision revision = new Revision(-1, 2, Integer.MIN_VALUE, 0);

        assertThat(Revision.parse(revision.toString())).contains(revision);
    }

    @Test
    void namesTheTopicsThatChanged() {
        Revision seen = new Revision(1, 2, 3, 4);

        assertThat(new Revision(1, 9, 3, 9).changedSince(seen)).containsExactly(Topic.MODELS, Topic.TELEMETRY);
        assertThat(seen.changedSince(seen)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1.2.3", "1.2.3.4.5", "1.2.3.x", "1.2.3.123456789"})
    void takesNothingElseForARevision(String text) {
        assertThat(Revision.parse(text)).isEmpty();
    }
}
