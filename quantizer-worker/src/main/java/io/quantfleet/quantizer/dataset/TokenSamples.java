package io.quantfleet.quantizer.dataset;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * Samples of a language model: the right answer at each place is the token after it. At the last place, and where the
 * attention mask leaves the next token out, there is none.
 */
final class TokenSamples implements LabelledSamples {
    static final String TOKENS = "input_ids";
    private static final String MASK = "attention_mask";

    private final NpzSamples arrays;
    private final TensorInput tokens;
    private final boolean masked;
    private final int vocabulary;

    TokenSamples(NpzSamples arrays, ModelDescription description) {
        this.arrays = arrays;
        this.tokens = tokens(description);
        this.masked = description.input(MASK).isPresent();
        this.vocabulary = description.scores();
        // Before a graph is given a token that it has no row for.
        boolean known = false;
        for (int sample = 0; sample < arrays.size(); sample++) {
            known |= Arrays.stream(targets(sample)).anyMatch(target -> target != NO_TARGET);
        }
        if (!known) {
            throw Faults.dataset("no token of any sample has a next one: " + MASK + " leaves all of them out");
        }
    }

    /** The input that holds the tokens of a sample. */
    static TensorInput tokens(ModelDescription description) {
        return description
                .input(TOKENS)
                .flatMap(input -> input.match(image -> Optional.<TensorInput>empty(), Optional::of))
                .orElseThrow(() -> new IllegalArgumentException("a language model has the input " + TOKENS));
    }

    @Override
    public int size() {
        return arrays.size();
    }

    @Override
    public int label(int sample) {
        throw new UnsupportedOperationException("a sample of a language model has an answer at each of its places");
    }

    @Override
    public int[] targets(int sample) {
        long[] all = integers(sample, TOKENS);
        long[] mask = masked ? integers(sample, MASK) : new long[0];
        int[] targets = new int[all.length];
        Arrays.fill(targets, NO_TARGET);
        for (int i = 0; i < all.length; i++) {
            if (all[i] < 0 || all[i] >= vocabulary) {
                throw Faults.dataset(name(sample) + " has the token " + all[i] + " at place " + i
                        + ", but the vocabulary has " + vocabulary + ": they are 0 to " + (vocabulary - 1));
            }
            if (i > 0 && (!masked || mask[i] != 0)) {
                targets[i - 1] = (int) all[i];
            }
        }
        return targets;
    }

    private long[] integers(int sample, String input) {
        byte[] compact = arrays.compact(sample, input);
        ByteBuffer data = ByteBuffer.wrap(compact).order(ByteOrder.LITTLE_ENDIAN);
        long[] values = new long
                [Math.toIntExact(tokens.sampleShape().stream()
                        .mapToLong(Integer::longValue)
                        .reduce(1, Math::multiplyExact))];
        boolean wide = compact.length == values.length * Long.BYTES;
        for (int i = 0; i < values.length; i++) {
            values[i] = wide ? data.getLong() : data.getInt();
        }
        return values;
    }

    @Override
    public String name(int sample) {
        return arrays.name(sample);
    }

    @Override
    public byte[] compact(int sample, String inputName) {
        return arrays.compact(sample, inputName);
    }

    @Override
    public void fill(int sample, String inputName, ByteBuffer target) {
        arrays.fill(sample, inputName, target);
    }

    @Override
    public void close() {
        arrays.close();
    }
}
