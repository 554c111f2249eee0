package io.quantfleet.quantizer.schema;

/**
 * One way in which a document breaks its schema.
 *
 * @param path where, as in {@code inputs[0].size}; empty for the document as a whole
 * @param problem what is wrong there
 * @param remedy what belongs there, from the schema's description; empty where the schema has none
 */
public record SchemaFault(String path, String problem, String remedy) {

    @Override
    public String toString() {
        String where = path.isEmpty() ? "" : path + ": ";
        return where + problem + (remedy.isEmpty() ? "" : ". " + remedy);
    }
}
