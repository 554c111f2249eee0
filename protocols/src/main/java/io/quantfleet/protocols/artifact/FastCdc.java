package io.quantfleet.protocols.artifact;

/**
 * Where content says that a chunk ends: FastCDC (Xia et al., "FastCDC: a Fast and Efficient Content-Defined Chunking
 * Approach for Data Deduplication", USENIX ATC 2016, section 4: gear hash, cut-point skipping below the minimum,
 * normalized chunking with two masks). An edit changes the chunks it touches, and the cuts meet again soon behind it.
 *
 * <p>Which bytes end a chunk is part of what makes two versions of an artifact share chunks, so the gear table never
 * changes: it comes from a fixed seed.
 */
final class FastCdc {
    private static final long GEAR_SEED = 0x51464c54;
    private static final int NORMALIZATION = 2;
    private static final long[] GEAR = gear();

    private final int min;
    private final int normal;
    private final int max;
    private final long strict;
    private final long loose;

    /** Chunks of at most {@code max} bytes, around half of that, and at least an eighth. */
    FastCdc(int max) {
        this.max = max;
        this.normal = Math.max(1, max / 2);
        this.min = Math.max(1, max / 8);
        int bits = Math.max(NORMALIZATION + 1, 31 - Integer.numberOfLeadingZeros(Math.max(1, normal - min)));
        this.strict = mask(bits + NORMALIZATION);
        this.loose = mask(bits - NORMALIZATION);
    }

    /** The length of the chunk that begins the {@code length} bytes in {@code content}. */
    int cut(byte[] content, int length) {
        int limit = Math.min(length, max);
        long hash = 0;
        for (int i = Math.min(min, limit); i < limit; i++) {
            hash = (hash << 1) + GEAR[content[i] & 0xff];
            if ((hash & (i < normal ? strict : loose)) == 0) {
                return i + 1;
            }
        }
        return limit;
    }

    /** SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014, figure 17). */
    private static long[] gear() {
        long[] gear = new long[256];
        long state = GEAR_SEED;
        for (int i = 0; i < gear.length; i++) {
            state += 0x9e3779b97f4a7c15L;
            long mixed = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
            mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
            gear[i] = mixed ^ (mixed >>> 31);
        }
        return gear;
    }

    /** So many one bits, at the top, where the gear hash has seen the most bytes. */
    private static long mask(int bits) {
        return -1L << (Long.SIZE - bits);
    }
}
