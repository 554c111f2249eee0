package io.quantfleet.protocols.signing;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;

/** Makes the signing key of an installation: {@code NewSigningKey FILE}. A key that is there already stays as it is. */
public final class NewSigningKey {
    private NewSigningKey() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            System.err.println("usage: NewSigningKey FILE");
            System.exit(2);
        }
        Path file = Path.of(arguments[0]);
        try {
            SigningKey.generate().write(file);
            System.out.println("made a signing key: " + file);
        } catch (FileAlreadyExistsException e) {
            System.out.println("there is a signing key already: " + file + ", key id "
                    + SigningKey.read(file).keyId());
        }
    }
}
