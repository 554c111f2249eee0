package io.quantfleet.controlplane.console.rollout;

import io.quantfleet.controlplane.console.frame.Units;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Which of a rollout's devices its page shows: what the query of its address says.
 *
 * @param group empty for all of them
 * @param after the device behind which the page begins; empty for the first page
 */
public record DeploymentChoice(Optional<DeploymentGroup> group, String after) {
    static final int PAGE_SIZE = 50;

    /** The choice as the code of a state; empty for all. */
    public String code() {
        return group.map(DeploymentGroup::name).orElse("");
    }

    /** The groups that have devices, and the one that was chosen. */
    public List<DeploymentGroup> among(RolloutRow rollout) {
        return Arrays.stream(DeploymentGroup.values())
                .filter(each ->
                        rollout.count(each) > 0 || group.filter(each::equals).isPresent())
                .toList();
    }

    /** How many devices it selects, over all pages. */
    public long of(RolloutRow rollout) {
        return group.map(rollout::count).orElse(rollout.devices());
    }

    /** The query for the page behind a device; empty for the first page. */
    public String behind(String device) {
        String chosen = group.map(each -> "state=" + each.name()).orElse("");
        String place = device.isEmpty() ? "" : "after=" + Units.url(device);
        return "?" + chosen + (chosen.isEmpty() || place.isEmpty() ? "" : "&") + place;
    }
}
