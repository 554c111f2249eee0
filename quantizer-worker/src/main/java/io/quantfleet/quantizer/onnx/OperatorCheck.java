package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.util.Set;

/** Refuses operators that nobody here can run, and models that are quantized already, naming the node. */
final class OperatorCheck {
    private static final Set<String> DOMAINS = Set.of("", "ai.onnx", "ai.onnx.ml", "com.microsoft");

    private static final Set<String> QUANTIZED = Set.of(
            "QuantizeLinear",
            "DequantizeLinear",
            "DynamicQuantizeLinear",
            "QLinearConv",
            "QLinearMatMul",
            "ConvInteger",
            "MatMulInteger");

    /** ONNX's own operators up to opset 22, those of {@link #QUANTIZED} left out. */
    private static final Set<String> STANDARD = Set.of("""
            Abs Acos Acosh Add AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization Bernoulli
            BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow Cast CastLike Ceil Celu CenterCropPad Clip
            Col2Im Compress Concat ConcatFromSequence Constant ConstantOfShape Conv ConvTranspose Cos Cosh CumSum DFT
            DeformConv DepthToSpace Det Div Dropout Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor GRU Gather
            GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual
            GridSample GroupNormalization HammingWindow HannWindow HardSigmoid HardSwish Hardmax Identity If ImageDecoder
            InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax Loop
            LpNormalization LpPool MatMul Max MaxPool MaxRoiPool MaxUnpool Mean MeanVarianceNormalization MelWeightMatrix
            Min Mish Mod Mul Multinomial Neg NegativeLogLikelihoodLoss NonMaxSuppression NonZero Not OneHot Optional
            OptionalGetElement OptionalHasElement Or PRelu Pad Pow RNN RandomNormal RandomNormalLike RandomUniform
            RandomUniformLike Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean
            ReduceMin ReduceProd ReduceSum ReduceSumSquare RegexFullMatch Relu Reshape Resize ReverseSequence RoiAlign
            Round STFT Scan Scatter ScatterElements ScatterND Selu SequenceAt SequenceConstruct SequenceEmpty
            SequenceErase SequenceInsert SequenceLength SequenceMap Shape Shrink Sigmoid Sign Sin Sinh Size Slice Softmax
            SoftmaxCrossEntropyLoss Softplus Softsign SpaceToDepth Split SplitToSequence Sqrt Squeeze StringConcat
            StringNormalizer StringSplit Sub Sum Tan Tanh TfIdfVectorizer ThresholdedRelu Tile TopK Transpose Trilu Unique
            Unsqueeze Where Xor""".split("\\s+"));

    private OperatorCheck() {}

    static void check(GraphProto graph, String what) {
        for (NodeProto node : graph.getNodeList()) {
            check(node, what);
            for (AttributeProto attribute : node.getAttributeList()) {
                if (attribute.hasG()) {
                    check(attribute.getG(), what);
                }
                attribute.getGraphsList().forEach(subgraph -> check(subgraph, what));
            }
        }
    }

    private static void check(NodeProto node, String what) {
        String operator = node.getOpType();
        boolean microsoft = node.getDomain().equals("com.microsoft");
        if (QUANTIZED.contains(operator)
                || (microsoft && operator.matches("Q[A-Z].*|.*(Quantize|NBits|MatMulInteger).*"))) {
            throw new QuantizerException(
                    ReasonCode.MODEL_ALREADY_QUANTIZED,
                    what + " is quantized already (node " + node.getName() + " is a " + operator
                            + "); give the FP32 model it was made from");
        }
        boolean standard = node.getDomain().isEmpty() || node.getDomain().equals("ai.onnx");
        if (!DOMAINS.contains(node.getDomain()) || (standard && !STANDARD.contains(operator))) {
            String name = standard ? operator : node.getDomain() + "." + operator;
            throw new QuantizerException(
                    ReasonCode.OPERATOR_UNSUPPORTED,
                    what + " has the operator " + name + " (node " + node.getName() + "), which can't be handled");
        }
    }
}
