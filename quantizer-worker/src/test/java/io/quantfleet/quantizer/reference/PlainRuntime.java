package io.quantfleet.quantizer.reference;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Runs a quantized graph as ONNX's specification defines its operators, in doubles and with no thought for speed. An
 * operator between DequantizeLinear and QuantizeLinear is what a kernel on integers computes.
 */
public final class PlainRuntime {
    private final Graph graph;
    private final Map<String, PlainTensor> tensors = new HashMap<>();
    private final Map<String, double[]> limits = new HashMap<>();

    private PlainRuntime(Graph graph) {
        this.graph = graph;
        graph.initializers().forEach(tensor -> tensors.put(tensor.getName(), stored(tensor)));
    }

    /** The elements of an output. */
    public static double[] run(OnnxModel model, String input, int[] shape, float[] values, String output) {
        PlainRuntime runtime = new PlainRuntime(model.graph());
        double[] data = new double[values.length];
        for (int i = 0; i < data.length; i++) {
            data[i] = values[i];
        }
        runtime.tensors.put(input, new PlainTensor(shape, data));
        runtime.graph.sorted().forEach(runtime::run);
        return runtime.tensors.get(output).data;
    }

    private PlainTensor stored(TensorProto tensor) {
        int[] shape = tensor.getDimsList().stream().mapToInt(Long::intValue).toArray();
        ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        double[] data = new double[PlainTensor.count(shape)];
        TensorProto.DataType type = TensorProto.DataType.forNumber(tensor.getDataType());
        if (type == TensorProto.DataType.FLOAT) {
            float[] floats = Tensors.floats(tensor);
            return new PlainTensor(
                    shape,
                    IntStream.range(0, floats.length)
                            .mapToDouble(i -> floats[i])
                            .toArray());
        }
        if (type == TensorProto.DataType.INT64) {
            long[] longs = Tensors.longs(tensor);
            return new PlainTensor(
                    shape,
                    IntStream.range(0, longs.length).mapToDouble(i -> longs[i]).toArray());
        }
        limits.put(
                tensor.getName(),
                switch (type) {
                    case INT8 -> new double[] {-128, 127};
                    case UINT8 -> new double[] {0, 255};
                    case INT32 -> new double[] {Integer.MIN_VALUE, Integer.MAX_VALUE};
                    default -> throw new AssertionError(tensor.getName() + " is stored as " + type);
                });
        for (int i = 0; i < data.length; i++) {
            data[i] = switch (type) {
                case INT8 -> raw.get(i);
                case UINT8 -> raw.get(i) & 0xff;
                default -> raw.getInt(i * Integer.BYTES);
            };
        }
        return new PlainTensor(shape, data);
    }

    private PlainTensor in(Node node, int index) {
        return tensors.get(node.inputs().get(index));
    }

    private int[] ints(Node node, int index) {
        double[] data = in(node, index).data;
        int[] values = new int[data.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (int) data[i];
        }
        return values;
    }

    private double scalar(Node node, int index, double otherwise) {
        return node.input(index).isEmpty() ? otherwise : in(node, index).data[0];
    }

    private void run(Node node) {
        if (node.is("Split")) {
            split(node);
        } else {
            tensors.put(node.output(), result(node));
        }
    }

    private PlainTensor result(Node node) {
        PlainTensor x = in(node, 0);
        return switch (node.operator()) {
            case "QuantizeLinear" -> quantized(node, x);
            case "DequantizeLinear" -> dequantized(node, x);
            case "Conv" -> PlainLayers.conv(node, x, in(node, 1), biasOf(node));
            case "ConvTranspose" -> PlainLayers.convTranspose(node, x, in(node, 1), biasOf(node));
            case "Gemm" -> PlainLayers.gemm(node, x, in(node, 1), biasOf(node));
            case "MatMul" -> PlainLayers.matMul(x, in(node, 1));
            case "Add" -> x.with(in(node, 1), Double::sum);
            case "Sub" -> x.with(in(node, 1), (a, b) -> a - b);
            case "Mul" -> x.with(in(node, 1), (a, b) -> a * b);
            case "Div" -> x.with(in(node, 1), (a, b) -> a / b);
            case "Relu" -> x.map(value -> Math.max(0, value));
            case "Clip" -> {
                double low = scalar(node, 1, Double.NEGATIVE_INFINITY);
                double high = scalar(node, 2, Double.POSITIVE_INFINITY);
                yield x.map(value -> Math.max(low, Math.min(high, value)));
            }
            case "LeakyRelu" -> x.map(value -> value < 0 ? value * node.number("alpha", 0.01f) : value);
            case "HardSwish" -> x.map(value -> value * Math.max(0, Math.min(1, value / 6 + 0.5)));
            case "Sigmoid" -> x.map(value -> 1 / (1 + Math.exp(-value)));
            case "Softmax" -> softmax(x, x.axis(node.integer("axis", -1)));
            case "MaxPool" -> PlainLayers.pool(node, x, true);
            case "AveragePool" -> PlainLayers.pool(node, x, false);
            case "GlobalAveragePool" -> PlainLayers.globalAverage(x);
            case "Identity" -> x;
            default -> moved(node, x);
        };
    }

    private PlainTensor biasOf(Node node) {
        return node.input(2).isEmpty() ? new PlainTensor(new int[] {1}, new double[1]) : in(node, 2);
    }

    private PlainTensor moved(Node node, PlainTensor x) {
        return switch (node.operator()) {
            case "Transpose" -> transposed(x, node.integers("perm").orElseThrow());
            case "Reshape" -> x.reshaped(reshaped(x, ints(node, 1)));
            case "Flatten" -> {
                int axis = x.axis(node.integer("axis", 1));
                int rows = 1;
                for (int i = 0; i < axis; i++) {
                    rows *= x.shape[i];
                }
                yield x.reshaped(rows, x.data.length / rows);
            }
            case "Unsqueeze" -> unsqueezed(x, ints(node, 1));
            case "Squeeze" -> squeezed(x, ints(node, 1));
            case "Slice" -> sliced(x, ints(node, 1), ints(node, 2), ints(node, 3));
            case "Pad" -> padded(x, ints(node, 1));
            case "Concat" -> concatenated(node);
            case "Gather" -> gathered(x, in(node, 1), x.axis(node.integer("axis", 0)));
            case "Resize" -> PlainLayers.resize(node, x, in(node, 2).data);
            case "DepthToSpace" -> depthToSpace(x, (int) node.integer("blocksize", 1));
            case "SpaceToDepth" -> spaceToDepth(x, (int) node.integer("blocksize", 1));
            case "Expand" -> x.with(PlainTensor.of(ints(node, 1), place -> 0.0), Double::sum);
            case "Tile" -> tiled(x, ints(node, 1));
            default -> throw new AssertionError("there is no " + node.operator() + " here");
        };
    }

    private PlainTensor quantized(Node node, PlainTensor x) {
        double[] range = limits.get(node.inputs().get(2));
        limits.put(node.output(), range);
        return coded(
                node,
                x,
                (value, scale, zero) ->
                        // Runtimes divide in floats, and round ties to even.
                        Math.max(range[0], Math.min(range[1], Math.rint((float) value / (float) scale) + zero)));
    }

    private PlainTensor dequantized(Node node, PlainTensor x) {
        return coded(node, x, (value, scale, zero) -> (value - zero) * scale);
    }

    @FunctionalInterface
    private interface Code {
        double of(double value, double scale, double zero);
    }

    private PlainTensor coded(Node node, PlainTensor x, Code code) {
        double[] scales = in(node, 1).data;
        double[] zeros = node.input(2).isEmpty() ? new double[scales.length] : in(node, 2).data;
        int axis = x.rank() == 0 ? 0 : x.axis(node.integer("axis", 1));
        return PlainTensor.of(x.shape, place -> {
            int channel = scales.length == 1 ? 0 : place[axis];
            return code.of(x.at(place), scales[channel], zeros[zeros.length == 1 ? 0 : channel]);
        });
    }

    private static PlainTensor softmax(PlainTensor x, int axis) {
        return PlainTensor.of(x.shape, place -> {
            int[] other = place.clone();
            double sum = 0;
            for (int i = 0; i < x.shape[axis]; i++) {
                other[axis] = i;
                sum += Math.exp(x.at(other) - x.at(place));
            }
            return 1 / sum;
        });
    }

    private static PlainTensor transposed(PlainTensor x, List<Long> order) {
        int[] shape = order.stream().mapToInt(axis -> x.shape[axis.intValue()]).toArray();
        return PlainTensor.of(shape, place -> {
            int[] from = new int[place.length];
            for (int i = 0; i < place.length; i++) {
                from[order.get(i).intValue()] = place[i];
            }
            return x.at(from);
        });
    }

    private static int[] reshaped(PlainTensor x, int[] wanted) {
        int[] shape = wanted.clone();
        int open = -1;
        int known = 1;
        for (int i = 0; i < shape.length; i++) {
            shape[i] = shape[i] == 0 ? x.shape[i] : shape[i];
            open = shape[i] < 0 ? i : open;
            known *= shape[i] < 0 ? 1 : shape[i];
        }
        if (open >= 0) {
            shape[open] = x.data.length / known;
        }
        return shape;
    }

    private static PlainTensor unsqueezed(PlainTensor x, int[] axes) {
        List<Integer> shape = new ArrayList<>();
        IntStream.of(x.shape).forEach(shape::add);
        for (int axis : axes) {
            shape.add(axis, 1);
        }
        return x.reshaped(shape.stream().mapToInt(Integer::intValue).toArray());
    }

    private static PlainTensor squeezed(PlainTensor x, int[] axes) {
        List<Integer> dropped = IntStream.of(axes).boxed().toList();
        return x.reshaped(IntStream.range(0, x.rank())
                .filter(axis -> !dropped.contains(axis))
                .map(axis -> x.shape[axis])
                .toArray());
    }

    private static PlainTensor sliced(PlainTensor x, int[] from, int[] to, int[] axes) {
        int[] shape = x.shape.clone();
        int[] first = new int[x.rank()];
        for (int i = 0; i < axes.length; i++) {
            first[axes[i]] = from[i];
            shape[axes[i]] = Math.min(to[i], x.shape[axes[i]]) - from[i];
        }
        return PlainTensor.of(shape, place -> {
            int[] source = place.clone();
            for (int axis = 0; axis < source.length; axis++) {
                source[axis] += first[axis];
            }
            return x.at(source);
        });
    }

    private static PlainTensor padded(PlainTensor x, int[] pads) {
        int[] shape = x.shape.clone();
        for (int axis = 0; axis < shape.length; axis++) {
            shape[axis] += pads[axis] + pads[axis + shape.length];
        }
        return PlainTensor.of(shape, place -> {
            int[] source = place.clone();
            for (int axis = 0; axis < source.length; axis++) {
                source[axis] -= pads[axis];
            }
            return x.at(source);
        });
    }

    private PlainTensor concatenated(Node node) {
        PlainTensor joined = in(node, 0);
        int axis = joined.axis(node.integer("axis", 0));
        for (int i = 1; i < node.inputs().size(); i++) {
            PlainTensor left = joined;
            PlainTensor right = in(node, i);
            int[] shape = left.shape.clone();
            shape[axis] += right.shape[axis];
            joined = PlainTensor.of(shape, place -> {
                if (place[axis] < left.shape[axis]) {
                    return left.at(place);
                }
                int[] source = place.clone();
                source[axis] -= left.shape[axis];
                return right.at(source);
            });
        }
        return joined;
    }

    private void split(Node node) {
        PlainTensor x = in(node, 0);
        int axis = x.axis(node.integer("axis", 0));
        int[] parts = ints(node, 1);
        int from = 0;
        for (int i = 0; i < parts.length; i++) {
            tensors.put(
                    node.outputs().get(i), sliced(x, new int[] {from}, new int[] {from + parts[i]}, new int[] {axis}));
            from += parts[i];
        }
    }

    private static PlainTensor gathered(PlainTensor x, PlainTensor rows, int axis) {
        int[] shape = new int[x.rank() - 1 + rows.rank()];
        System.arraycopy(x.shape, 0, shape, 0, axis);
        System.arraycopy(rows.shape, 0, shape, axis, rows.rank());
        System.arraycopy(x.shape, axis + 1, shape, axis + rows.rank(), x.rank() - axis - 1);
        return PlainTensor.of(shape, place -> {
            int[] row = new int[rows.rank()];
            System.arraycopy(place, axis, row, 0, row.length);
            int[] source = new int[x.rank()];
            System.arraycopy(place, 0, source, 0, axis);
            source[axis] = (int) rows.at(row);
            System.arraycopy(place, axis + row.length, source, axis + 1, x.rank() - axis - 1);
            return x.at(source);
        });
    }

    private static PlainTensor depthToSpace(PlainTensor x, int block) {
        int channels = x.shape[1] / block / block;
        return PlainTensor.of(
                new int[] {x.shape[0], channels, x.shape[2] * block, x.shape[3] * block},
                place -> x.at(
                        place[0],
                        (place[2] % block * block + place[3] % block) * channels + place[1],
                        place[2] / block,
                        place[3] / block));
    }

    private static PlainTensor spaceToDepth(PlainTensor x, int block) {
        int channels = x.shape[1];
        return PlainTensor.of(
                new int[] {x.shape[0], channels * block * block, x.shape[2] / block, x.shape[3] / block},
                place -> x.at(
                        place[0],
                        place[1] % channels,
                        place[2] * block + place[1] / channels / block,
                        place[3] * block + place[1] / channels % block));
    }

    private static PlainTensor tiled(PlainTensor x, int[] times) {
        int[] shape = x.shape.clone();
        for (int axis = 0; axis < shape.length; axis++) {
            shape[axis] *= times[axis];
        }
        return PlainTensor.of(shape, place -> {
            int[] source = place.clone();
            for (int axis = 0; axis < source.length; axis++) {
                source[axis] %= x.shape[axis];
            }
            return x.at(source);
        });
    }
}
