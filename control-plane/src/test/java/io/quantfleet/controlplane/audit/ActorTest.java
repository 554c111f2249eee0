package io.quantfleet.controlplane.audit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ActorTest {
    @Test
    void readsPlainNames() {
        assertThat(Actor.of(" ann ")).isEqualTo("ann");
        assertThat(Actor.of(null)).isEmpty();
    }

    @Test
    void readsNamesThatHeadersCanNotHold() {
        assertThat(Actor.of("UTF-8''J%C3%B6rg%20M.")).isEqualTo("Jörg M.");
        assertThat(Actor.of("utf-8''a+b")).isEqualTo("a+b");
        assertThat(Actor.of("UTF-8''100%")).isEqualTo("UTF-8''100%");
    }

    @Test
    void dropsControlCharactersAndWhatIsTooLong() {
        assertThat(Actor.of("UTF-8''a%0Ab")).isEqualTo("ab");
        assertThat(Actor.of("x".repeat(1000))).hasSize(100);
    }
}
