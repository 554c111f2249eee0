package io.quantfleet.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.cli.client.Precondition;
import io.quantfleet.cli.client.Tagged;
import java.util.List;
import java.util.Optional;

/**
 * What there is of that kind and name.
 *
 * @param spec in the form of a declaration
 * @param read what it was made of, with its tags
 */
record Current(JsonNode spec, List<Tagged> read) {
    Current {
        read = List.copyOf(read);
    }

    static Current of(JsonNode spec, Tagged read) {
        return new Current(spec, List.of(read));
    }

    /** That nobody has changed it since it was read, or made it meanwhile. */
    static Optional<Precondition> still(Optional<Current> current) {
        return current.isEmpty()
                ? Optional.of(Precondition.absent())
                : Precondition.unchanged(current.get().read().get(0));
    }
}
