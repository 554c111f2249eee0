package io.quantfleet.sample;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import java.util.ArrayList;
import java.util.List;

/**
 * The network: a convolution that halves the picture, six depthwise-separable stages, the mean over the picture and one
 * linear layer. Two stages keep their shape and add their input, so that quantizing meets residual additions too.
 *
 * <p>The layers stay reachable by name, because {@link OnnxExport} writes them one by one.
 */
final class GlyphNetwork {
    private static final int COLOURS = 3;
    private static final int STEM = 24;
    private static final float NORM_EPSILON = 1e-5f;
    private static final List<Plan> PLANS = List.of(
            new Plan(48, 1), new Plan(96, 2), new Plan(96, 1), new Plan(192, 2), new Plan(192, 1), new Plan(256, 1));

    private record Plan(int channels, int stride) {}

    /** A convolution without bias and the normalisation behind it. */
    record ConvNorm(String name, Conv2d convolution, BatchNorm norm, int kernel, int stride, int groups) {
        static ConvNorm of(String name, int filters, int kernel, int stride, int groups) {
            Conv2d convolution = Conv2d.builder()
                    .setKernelShape(new Shape(kernel, kernel))
                    .setFilters(filters)
                    .optStride(new Shape(stride, stride))
                    .optPadding(new Shape(kernel / 2, kernel / 2))
                    .optGroups(groups)
                    .optBias(false)
                    .build();
            BatchNorm norm = BatchNorm.builder().optEpsilon(NORM_EPSILON).optMomentum(0.9f).build();
            return new ConvNorm(name, convolution, norm, kernel, stride, groups);
        }
    }

    /** One stage: a depthwise convolution, then a pointwise one, then perhaps the stage's input added. */
    record Stage(ConvNorm depthwise, ConvNorm pointwise, boolean residual) {}

    private final ConvNorm stem = ConvNorm.of("stem", STEM, 3, 2, 1);
    private final List<Stage> stages = new ArrayList<>();
    private final Linear classifier;
    private final SequentialBlock block = new SequentialBlock();

    GlyphNetwork(int classes) {
        addConvNorm(block, stem);
        block.add(relu6());
        int channels = STEM;
        for (Plan plan : PLANS) {
            String name = "stage" + (stages.size() + 1);
            boolean residual = plan.stride() == 1 && plan.channels() == channels;
            stages.add(new Stage(
                    ConvNorm.of(name + ".depthwise", channels, 3, plan.stride(), channels),
                    ConvNorm.of(name + ".pointwise", plan.channels(), 1, 1, 1),
                    residual));
            addStage(stages.get(stages.size() - 1));
            channels = plan.channels();
        }
        classifier = Linear.builder().setUnits(classes).build();
        block.add(new LambdaBlock(in -> new NDList(globalMean(in.singletonOrThrow()))));
        block.add(classifier);
    }

    Block block() {
        return block;
    }

    ConvNorm stem() {
        return stem;
    }

    List<Stage> stages() {
        return List.copyOf(stages);
    }

    Linear classifier() {
        return classifier;
    }

    static float normEpsilon() {
        return NORM_EPSILON;
    }

    static Shape inputShape(int batch) {
        return new Shape(batch, COLOURS, GlyphPainter.SIDE, GlyphPainter.SIDE);
    }

    private void addStage(Stage stage) {
        SequentialBlock path = new SequentialBlock();
        addConvNorm(path, stage.depthwise());
        path.add(relu6());
        addConvNorm(path, stage.pointwise());
        block.add(stage.residual() ? new ParallelBlock(GlyphNetwork::sum, List.of(path, Blocks.identityBlock())) : path);
        block.add(relu6());
    }

    private static void addConvNorm(SequentialBlock block, ConvNorm layer) {
        block.add(layer.convolution());
        block.add(layer.norm());
    }

    private static NDList sum(List<NDList> paths) {
        return new NDList(
                paths.get(0).singletonOrThrow().add(paths.get(1).singletonOrThrow()));
    }

    private static NDArray globalMean(NDArray features) {
        Shape shape = features.getShape();
        return features.reshape(shape.get(0), shape.get(1), -1).mean(new int[] {2});
    }

    private static Block relu6() {
        return new LambdaBlock(in -> new NDList(in.singletonOrThrow().clip(0, 6)));
    }
}
