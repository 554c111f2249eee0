package io.quantfleet.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.terminal.InputFile;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Receivers of alerts. A secret does not belong into a file that is kept with others: the declaration names a file that
 * holds it. What secret there is is never shown; the control plane only says whether another one is asked for.
 */
final class AlertReceiverKind implements Kind {
    private static final String COLLECTION = "alert-receivers";
    private static final String SECRET_FILE = "secretFile";
    private static final String SECRET = "secret";
    private static final String SIGNED = "signed";
    private static final String OTHER_SECRET = "otherSecret";

    @Override
    public String label() {
        return "AlertReceiver";
    }

    @Override
    public Optional<Current> current(ControlPlaneClient client, Document document) {
        return client.find(ControlPlaneClient.path(COLLECTION, document.name()))
                .map(receiver -> Current.of(spec(receiver.content(), document), receiver));
    }

    @Override
    public JsonNode wanted(ControlPlaneClient client, Document document, Optional<JsonNode> current, ToCome toCome) {
        JsonNode would = client.put(path(document) + "?dryRun=true", body(document));
        ObjectNode wanted = (ObjectNode) spec(would, document);
        if (current.isPresent() && would.path(OTHER_SECRET).asBoolean()) {
            wanted.put(SECRET, "(another)");
        }
        return wanted;
    }

    @Override
    public void put(ControlPlaneClient client, Document document, Optional<Current> current) {
        JsonNode unused = client.put(path(document), body(document), Current.still(current));
    }

    private static String path(Document document) {
        return ControlPlaneClient.path(COLLECTION, document.name());
    }

    private static JsonNode spec(JsonNode receiver, Document document) {
        ObjectNode spec = (ObjectNode) Kind.without(receiver, "name", OTHER_SECRET);
        if (document.spec().has(SECRET_FILE)) {
            spec.set(SECRET_FILE, document.spec().path(SECRET_FILE));
        }
        return spec;
    }

    private static ObjectNode body(Document document) {
        ObjectNode body = document.spec().deepCopy();
        if (body.has(SECRET)) {
            throw new CliException(document.message(
                    "/" + SECRET,
                    "a secret does not belong here; put it into a file and name that as '" + SECRET_FILE + "'"));
        }
        body.remove(SIGNED);
        JsonNode file = body.remove(SECRET_FILE);
        if (file != null) {
            body.put(SECRET, InputFile.secret(beside(document, file.asText()), document.title() + ": " + SECRET_FILE));
        }
        return body;
    }

    /** A path that is not absolute begins where the declaration is. */
    private static Path beside(Document document, String file) {
        return Path.of(document.file()).resolveSibling(file);
    }
}
