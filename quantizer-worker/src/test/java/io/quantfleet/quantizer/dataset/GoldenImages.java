package io.quantfleet.quantizer.dataset;

import java.io.IOException;
import java.io.InputStream;

/** Images committed beside the tests; make_golden.py among them says how they were made. */
final class GoldenImages {
    private GoldenImages() {}

    static byte[] bytes(String name) {
        try (InputStream in = GoldenImages.class.getResourceAsStream("images/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static Pixels pixels(String name) {
        return new ImageDecoder("golden", name).decode(bytes(name));
    }
}
