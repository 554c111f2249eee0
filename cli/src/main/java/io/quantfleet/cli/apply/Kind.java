package io.quantfleet.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.cli.client.ControlPlaneClient;
import java.util.List;
import java.util.Optional;

/**
 * A kind of thing that is declared. The control plane itself says what a declaration amounts to, by a dry run: so
 * defaults and the spelling of durations are its own, and what it would refuse is refused before anything is done. See
 * {@code docs/decisions/0021-the-control-plane-says-what-a-declaration-amounts-to.md}.
 */
sealed interface Kind permits DeviceClassKind, FleetKind, RolloutPolicyKind, AlertReceiverKind, AlertRuleKind {
    /** In the order that they are applied in: alert rules may be about fleets and tell receivers, fleets are about classes. */
    List<Kind> ALL = List.of(
            new DeviceClassKind(),
            new FleetKind(),
            new RolloutPolicyKind(),
            new AlertReceiverKind(),
            new AlertRuleKind());

    static Optional<Kind> of(String label) {
        return ALL.stream().filter(kind -> kind.label().equals(label)).findFirst();
    }

    static List<String> labels() {
        return ALL.stream().map(Kind::label).toList();
    }

    /** As in a document's {@code kind}. */
    String label();

    /** The thing of the document's name, as the control plane has it; empty if there is none. */
    Optional<Current> current(ControlPlaneClient client, Document document);

    /**
     * What the spec amounts to, changing nothing.
     *
     * @param toCome what the same files declare and is not there yet
     * @throws io.quantfleet.cli.client.ApiException if the control plane would refuse it
     */
    JsonNode wanted(ControlPlaneClient client, Document document, Optional<JsonNode> current, ToCome toCome);

    /**
     * Makes it so, if nobody else has changed it meanwhile.
     *
     * @throws io.quantfleet.cli.client.ApiException {@code PRECONDITION_FAILED} if somebody has
     */
    void put(ControlPlaneClient client, Document document, Optional<Current> current);

    /** The spec in an answer, which has a name and may have more. */
    static JsonNode without(JsonNode answer, String... fields) {
        return ((ObjectNode) answer.deepCopy()).without(List.of(fields));
    }
}
