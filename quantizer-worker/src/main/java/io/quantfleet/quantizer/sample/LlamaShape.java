package io.quantfleet.quantizer.sample;

/**
 * How large a language model of LLaMA's architecture is.
 *
 * @param vocabulary how many tokens there are
 * @param width of the residual stream
 * @param layers how many transformer blocks
 * @param heads of attention, into which the width is divided
 * @param keyValueHeads heads of keys and values, each shared by as many heads of queries (grouped-query attention)
 * @param hidden width inside the feed-forward part
 * @param context how many tokens a sample has
 */
public record LlamaShape(int vocabulary, int width, int layers, int heads, int keyValueHeads, int hidden, int context) {

    public LlamaShape {
        if (vocabulary < 2 || layers < 1 || heads < 1 || keyValueHeads < 1 || hidden < 1 || context < 2) {
            throw new IllegalArgumentException("a language model has at least one of everything");
        }
        if (width % heads != 0 || width / heads % 2 != 0 || heads % keyValueHeads != 0) {
            throw new IllegalArgumentException("heads of an even width must divide the width " + width
                    + ", and those of keys and values the heads; not " + heads + " and " + keyValueHeads);
        }
    }

    /** Width of one head. */
    int headWidth() {
        return width / heads;
    }

    /** How many weights it has. */
    public long parameters() {
        long attention = 2L * width * width + 2L * width * keyValueHeads * headWidth();
        long feedForward = 3L * width * hidden;
        return 2L * vocabulary * width + layers * (attention + feedForward + 2L * width) + width;
    }

    /** How many of them are in the matrices of the transformer blocks and the head: those that are quantized in blocks. */
    public long inMatrices() {
        return parameters() - (long) vocabulary * width - (2L * layers + 1) * width;
    }
}
