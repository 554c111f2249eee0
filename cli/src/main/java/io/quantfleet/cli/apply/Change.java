package io.quantfleet.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;
import java.util.Optional;

/**
 * What applying a document would do.
 *
 * @param current what there is, if there is something
 * @param fields in which that is not as it should be
 */
record Change(Document document, Optional<Current> current, List<FieldChange> fields) {
    Change {
        fields = List.copyOf(fields);
    }

    static Change of(Document document, Optional<Current> current, JsonNode wanted) {
        return new Change(
                document,
                current,
                FieldChange.between(current.map(Current::spec).orElse(MissingNode.getInstance()), wanted));
    }

    boolean isNeeded() {
        return current.isEmpty() || !fields.isEmpty();
    }

    /** What it is called before it is done: {@code new}, {@code changed} or {@code unchanged}. */
    String label() {
        return current.isEmpty() ? "new" : fields.isEmpty() ? "unchanged" : "changed";
    }
}
