package io.quantfleet.quantizer.worker;

import io.quantfleet.protocols.artifact.StoredArtifact;
import io.quantfleet.protocols.v1.NamedArtifact;
import java.util.regex.Pattern;

/**
 * An artifact and the file name under which a job wants to see it. The name came over the network: it is one plain
 * file name, never a path.
 */
record NamedFile(String name, StoredArtifact artifact) {
    private static final Pattern PLAIN = Pattern.compile("(?!\\.{1,2}$)[^/\\\\\\p{Cntrl}]{1,200}");

    NamedFile {
        if (!PLAIN.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is no plain file name");
        }
    }

    static NamedFile of(NamedArtifact wire) {
        return new NamedFile(wire.getName(), StoredArtifact.of(wire.getArtifact()));
    }
}
