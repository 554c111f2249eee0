package io.quantfleet.agent.serve;

import java.util.List;

/**
 * One input or output of a model.
 *
 * @param shape the sizes of its axes, -1 for one that may have any
 */
public record TensorSpec(String name, Datatype datatype, List<Long> shape) {
    public TensorSpec {
        shape = List.copyOf(shape);
    }

    /** Whether a tensor may have these sizes. */
    public boolean admits(List<Long> sizes) {
        if (sizes.size() != shape.size()) {
            return false;
        }
        for (int axis = 0; axis < sizes.size(); axis++) {
            long fixed = shape.get(axis);
            if (sizes.get(axis) < 1 || (fixed >= 0 && fixed != sizes.get(axis))) {
                return false;
            }
        }
        return true;
    }
}
