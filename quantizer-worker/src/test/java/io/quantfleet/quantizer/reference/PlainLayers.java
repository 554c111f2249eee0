package io.quantfleet.quantizer.reference;

import io.quantfleet.quantizer.onnx.Node;
import java.util.List;

/** Operators with windows and matrices, as ONNX's specification defines them, for two axes of space. */
final class PlainLayers {
    private PlainLayers() {}

    private static int value(Node node, String key, int index, int otherwise) {
        return node.integers(key)
                .filter(values -> !values.isEmpty())
                .map(values -> values.get(index).intValue())
                .orElse(otherwise);
    }

    private static double bias(PlainTensor bias, int channel) {
        return bias.data[bias.data.length == 1 ? 0 : channel];
    }

    static PlainTensor conv(Node node, PlainTensor x, PlainTensor w, PlainTensor b) {
        int groups = (int) node.integer("group", 1);
        int perGroup = w.shape[0] / groups;
        int[] shape = {x.shape[0], w.shape[0], 0, 0};
        for (int i = 0; i < 2; i++) {
            int padded = x.shape[2 + i] + value(node, "pads", i, 0) + value(node, "pads", 2 + i, 0);
            int reach = value(node, "dilations", i, 1) * (w.shape[2 + i] - 1) + 1;
            shape[2 + i] = (padded - reach) / value(node, "strides", i, 1) + 1;
        }
        return PlainTensor.of(shape, place -> {
            double sum = bias(b, place[1]);
            for (int c = 0; c < w.shape[1]; c++) {
                for (int i = 0; i < w.shape[2]; i++) {
                    for (int j = 0; j < w.shape[3]; j++) {
                        int row = place[2] * value(node, "strides", 0, 1)
                                + i * value(node, "dilations", 0, 1)
                                - value(node, "pads", 0, 0);
                        int column = place[3] * value(node, "strides", 1, 1)
                                + j * value(node, "dilations", 1, 1)
                                - value(node, "pads", 1, 0);
                        sum += w.at(place[1], c, i, j)
                                * x.at(place[0], place[1] / perGroup * w.shape[1] + c, row, column);
                    }
                }
            }
            return sum;
        });
    }

    // Without padding and dilations.
    static PlainTensor convTranspose(Node node, PlainTensor x, PlainTensor w, PlainTensor b) {
        int groups = (int) node.integer("group", 1);
        int from = x.shape[1] / groups;
        int to = w.shape[1];
        int[] shape = {x.shape[0], to * groups, 0, 0};
        for (int i = 0; i < 2; i++) {
            shape[2 + i] = (x.shape[2 + i] - 1) * value(node, "strides", i, 1) + w.shape[2 + i];
        }
        return PlainTensor.of(shape, place -> {
            double sum = bias(b, place[1]);
            for (int c = 0; c < from; c++) {
                int channel = place[1] / to * from + c;
                for (int i = 0; i < w.shape[2]; i++) {
                    for (int j = 0; j < w.shape[3]; j++) {
                        int row = place[2] - i;
                        int column = place[3] - j;
                        int strideRow = value(node, "strides", 0, 1);
                        int strideColumn = value(node, "strides", 1, 1);
                        if (row >= 0 && column >= 0 && row % strideRow == 0 && column % strideColumn == 0) {
                            sum += w.at(channel, place[1] % to, i, j)
                                    * x.at(place[0], channel, row / strideRow, column / strideColumn);
                        }
                    }
                }
            }
            return sum;
        });
    }

    static PlainTensor gemm(Node node, PlainTensor a, PlainTensor b, PlainTensor c) {
        PlainTensor left = node.integer("transA", 0) == 1 ? transposed(a) : a;
        PlainTensor right = node.integer("transB", 0) == 1 ? transposed(b) : b;
        double alpha = node.number("alpha", 1);
        double beta = node.number("beta", 1);
        return matMul(left, right).map(value -> alpha * value).with(c, (x, y) -> x + beta * y);
    }

    private static PlainTensor transposed(PlainTensor x) {
        return PlainTensor.of(new int[] {x.shape[1], x.shape[0]}, place -> x.at(place[1], place[0]));
    }

    /** With as many axes on both sides, or two on the right. */
    static PlainTensor matMul(PlainTensor a, PlainTensor b) {
        int rank = a.rank();
        int[] shape = a.shape.clone();
        shape[rank - 1] = b.shape[b.rank() - 1];
        return PlainTensor.of(shape, place -> {
            int[] left = place.clone();
            int[] right = new int[b.rank()];
            System.arraycopy(place, rank - b.rank(), right, 0, b.rank());
            double sum = 0;
            for (int k = 0; k < a.shape[rank - 1]; k++) {
                left[rank - 1] = k;
                right[b.rank() - 2] = k;
                sum += a.at(left) * b.at(right);
            }
            return sum;
        });
    }

    // Without padding, dilations and ceiling.
    static PlainTensor pool(Node node, PlainTensor x, boolean greatest) {
        List<Long> kernel = node.integers("kernel_shape").orElseThrow();
        int[] shape = x.shape.clone();
        for (int i = 0; i < 2; i++) {
            shape[2 + i] = (x.shape[2 + i] - kernel.get(i).intValue()) / value(node, "strides", i, 1) + 1;
        }
        return PlainTensor.of(shape, place -> {
            double result = greatest ? Double.NEGATIVE_INFINITY : 0;
            for (int i = 0; i < kernel.get(0); i++) {
                for (int j = 0; j < kernel.get(1); j++) {
                    double value = x.at(
                            place[0],
                            place[1],
                            place[2] * value(node, "strides", 0, 1) + i,
                            place[3] * value(node, "strides", 1, 1) + j);
                    result = greatest ? Math.max(result, value) : result + value;
                }
            }
            return greatest ? result : result / kernel.get(0) / kernel.get(1);
        });
    }

    static PlainTensor globalAverage(PlainTensor x) {
        return PlainTensor.of(new int[] {x.shape[0], x.shape[1], 1, 1}, place -> {
            double sum = 0;
            for (int i = 0; i < x.shape[2]; i++) {
                for (int j = 0; j < x.shape[3]; j++) {
                    sum += x.at(place[0], place[1], i, j);
                }
            }
            return sum / x.shape[2] / x.shape[3];
        });
    }

    /** Enlarges space by whole factors: half_pixel, and round_prefer_floor or linear. */
    static PlainTensor resize(Node node, PlainTensor x, double[] scales) {
        boolean linear = node.text("mode", "nearest").equals("linear");
        int[] shape = x.shape.clone();
        for (int axis = 0; axis < shape.length; axis++) {
            shape[axis] = (int) (shape[axis] * scales[axis]);
        }
        return PlainTensor.of(shape, place -> {
            double row = (place[2] + 0.5) / scales[2] - 0.5;
            double column = (place[3] + 0.5) / scales[3] - 0.5;
            if (!linear) {
                return inside(x, place, (int) Math.ceil(row - 0.5), (int) Math.ceil(column - 0.5));
            }
            int top = (int) Math.floor(row);
            int left = (int) Math.floor(column);
            double down = row - top;
            double right = column - left;
            return (1 - down) * ((1 - right) * inside(x, place, top, left) + right * inside(x, place, top, left + 1))
                    + down
                            * ((1 - right) * inside(x, place, top + 1, left)
                                    + right * inside(x, place, top + 1, left + 1));
        });
    }

    private static double inside(PlainTensor x, int[] place, int row, int column) {
        return x.at(
                place[0],
                place[1],
                Math.max(0, Math.min(x.shape[2] - 1, row)),
                Math.max(0, Math.min(x.shape[3] - 1, column)));
    }
}
