package io.quantfleet.controlplane.listing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.controlplane.ControlPlaneException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListPageTest {
    private static final List<String> ALL = List.of("a", "b", "c");

    private static ListPage<String> page(int limit, String after) {
        String cursor = after.isEmpty() ? null : ListRequest.cursor(after);
        return ListPage.within(ListRequest.of(null, limit, cursor), ALL, item -> item);
    }

    @Test
    void pagesOfAWholeListFollowOneAnother() {
        ListPage<String> first = page(2, "");
        assertThat(first.items()).containsExactly("a", "b");
        assertThat(first.last()).contains("b");

        ListPage<String> second = page(2, "b");
        assertThat(second.items()).containsExactly("c");
        assertThat(second.last()).isEmpty();
    }

    @Test
    void aPageThatEndsWithTheListIsTheLast() {
        assertThat(page(3, "").last()).isEmpty();
        assertThat(page(1, "c").items()).isEmpty();
    }

    @Test
    void aKeyThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> page(1, "d")).isInstanceOf(ControlPlaneException.class);
    }

    @Test
    void itemsWithoutKeysGoByTheirNumbers() {
        ListPage<String> first = ListPage.numbered(ListRequest.of(null, 1, null), ALL);
        assertThat(first.last()).contains("0");

        ListRequest next = ListRequest.of(null, 5, ListRequest.cursor("0"));
        assertThat(ListPage.numbered(next, ALL).items()).containsExactly("b", "c");
    }
}
