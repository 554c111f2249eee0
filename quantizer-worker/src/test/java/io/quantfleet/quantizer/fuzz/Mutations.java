package io.quantfleet.quantizer.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Damages valid files in ways that files are damaged, the same for the same seed. */
public final class Mutations {
    private static final byte[] INTERESTING = {0, 1, -1, 127, -128, 0x10, 0x7e};

    private final List<byte[]> seeds;
    private final Random random;

    public Mutations(long seed, List<byte[]> seeds) {
        this.seeds = seeds;
        this.random = new Random(seed);
    }

    /** Another damaged file. */
    public byte[] next() {
        byte[] bytes = pick().clone();
        for (int i = random.nextInt(6); i >= 0; i--) {
            bytes = bytes.length == 0 ? pick().clone() : damaged(bytes);
        }
        return bytes;
    }

    private byte[] pick() {
        return seeds.get(random.nextInt(seeds.size()));
    }

    private byte[] damaged(byte[] bytes) {
        int at = random.nextInt(bytes.length);
        int length = 1 + random.nextInt(Math.min(16, bytes.length - at));
        return switch (random.nextInt(7)) {
            case 0 -> flipped(bytes, at);
            case 1 -> overwritten(bytes, at, INTERESTING[random.nextInt(INTERESTING.length)], length);
            case 2 -> Arrays.copyOf(bytes, at);
            case 3 -> spliced(bytes, at, at + length, new byte[0]);
            case 4 -> spliced(bytes, at, at, Arrays.copyOfRange(bytes, at, at + length));
            case 5 -> spliced(bytes, at, at + length, part(pick()));
            default -> overwritten(bytes, at, (byte) random.nextInt(), 1);
        };
    }

    private byte[] flipped(byte[] bytes, int at) {
        bytes[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        return bytes;
    }

    private static byte[] overwritten(byte[] bytes, int at, byte value, int length) {
        Arrays.fill(bytes, at, at + length, value);
        return bytes;
    }

    private byte[] part(byte[] bytes) {
        int from = random.nextInt(bytes.length);
        return Arrays.copyOfRange(bytes, from, from + random.nextInt(Math.min(64, bytes.length - from) + 1));
    }

    private static byte[] spliced(byte[] bytes, int from, int to, byte[] middle) {
        byte[] result = new byte[bytes.length - (to - from) + middle.length];
        System.arraycopy(bytes, 0, result, 0, from);
        System.arraycopy(middle, 0, result, from, middle.length);
        System.arraycopy(bytes, to, result, from + middle.length, bytes.length - to);
        return result;
    }
}
