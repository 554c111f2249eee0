package io.quantfleet.protocols.artifact;

import java.util.Comparator;
import java.util.List;

/**
 * Where the tensors lie in a file. A hint: whatever is cut or compared by it is right without it, too, only larger.
 *
 * @param tensors in the order of their offsets, none overlapping another
 */
public record Layout(List<Tensor> tensors) {
    /** Of a file about whose inside nothing is known. */
    public static final Layout UNKNOWN = new Layout(List.of());

    /**
     * One tensor.
     *
     * @param name as the graph refers to it
     * @param start of everything that belongs to it, its name and shape included
     * @param offset of its values
     * @param size of its values, bytes
     * @param end the offset behind everything that belongs to it
     */
    public record Tensor(String name, long start, long offset, long size, long end) {
        public Tensor {
            if (start < 0 || offset < start || size < 0 || end < offset + size) {
                throw new IllegalArgumentException(
                        "tensor '" + name + "' lies nowhere: " + start + " ≤ " + offset + " + " + size + " ≤ " + end);
            }
        }
    }

    public Layout {
        tensors =
                tensors.stream().sorted(Comparator.comparingLong(Tensor::start)).toList();
        long behind = 0;
        for (Tensor tensor : tensors) {
            if (tensor.start() < behind) {
                throw new IllegalArgumentException("tensor '" + tensor.name() + "' overlaps the one before it");
            }
            behind = tensor.end();
        }
    }
}
