package io.quantfleet.quantizer.form;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.ejml.data.DGrowArray;
import org.ejml.data.DMatrixRBlock;
import org.ejml.data.DMatrixRMaj;
import org.ejml.data.DSubmatrixD1;
import org.ejml.dense.block.MatrixOps_DDRB;
import org.ejml.dense.block.TriangularSolver_MT_DDRB;
import org.ejml.dense.block.decomposition.chol.CholeskyOuterForm_MT_DDRB;

/**
 * How the error of rounding a weight is made up for by those that are rounded after it: the upper Cholesky factor U of the
 * inverse Hessian, H⁻¹ = UᵀU (GPTQ, § 3.3). If H = RRᵀ with R upper triangular, U is R's inverse; that is one factorization
 * and one triangular inverse, and the inverse of H is never made.
 */
final class ErrorFeedback {
    private static final int DAMPING_TRIES = 4;
    private static final double MORE_DAMPING = 10;

    private final int[] order;
    private final float[] factor;

    private ErrorFeedback(int[] order, float[] factor) {
        this.order = order;
        this.factor = factor;
    }

    /**
     * Computes the factor.
     *
     * @param seen of the layer's input
     * @param damping what is added to the diagonal, as a share of its mean
     * @param bySize whether the channels with the largest activations are rounded first
     * @throws QuantizerException if the Hessian can't be factorized
     */
    static ErrorFeedback of(InputStatistics seen, double damping, boolean bySize) {
        int size = seen.channels();
        float[] products = seen.products();
        int[] order = IntStream.range(0, size)
                .boxed()
                .sorted(
                        bySize
                                ? Comparator.<Integer>comparingDouble(i -> -products[i * size + i])
                                : Comparator.naturalOrder())
                .mapToInt(Integer::intValue)
                .toArray();
        double mean = IntStream.range(0, size)
                .mapToDouble(i -> products[i * size + i])
                .average()
                .orElse(0);
        double share = damping;
        for (int i = 0; i < DAMPING_TRIES; i++) {
            DMatrixRBlock hessian = reversed(products, order, Math.max(share * mean, Float.MIN_NORMAL));
            if (new CholeskyOuterForm_MT_DDRB(true).decompose(hessian)) {
                return new ErrorFeedback(order, inverse(hessian));
            }
            share = Math.max(share, Math.ulp(1f)) * MORE_DAMPING;
        }
        throw new QuantizerException(
                ReasonCode.QUANTIZATION_FAILED,
                "the Hessian of a layer can't be factorized, even with " + share / MORE_DAMPING
                        + " of its mean added to the diagonal; give more calibration samples");
    }

    // Rows and columns from last to first: the lower factor of that is the upper one of the matrix itself.
    private static DMatrixRBlock reversed(float[] products, int[] order, double added) {
        int size = order.length;
        DMatrixRMaj matrix = new DMatrixRMaj(size, size);
        for (int i = 0; i < size; i++) {
            int row = order[size - 1 - i] * size;
            for (int j = 0; j < size; j++) {
                matrix.data[i * size + j] = products[row + order[size - 1 - j]];
            }
            double diagonal = matrix.data[i * size + i];
            // A channel that is always zero is rounded by itself.
            matrix.data[i * size + i] = diagonal == 0 ? 1 : diagonal + added;
        }
        return MatrixOps_DDRB.convertInplace(matrix, new DMatrixRBlock(), new DGrowArray());
    }

    private static float[] inverse(DMatrixRBlock lower) {
        int size = lower.numRows;
        DMatrixRBlock inverse = lower.createLike();
        TriangularSolver_MT_DDRB.invert(
                lower.blockLength, false, new DSubmatrixD1(lower), new DSubmatrixD1(inverse), null);
        DMatrixRMaj rows = MatrixOps_DDRB.convertInplace(inverse, new DMatrixRMaj(0, 0), new DGrowArray());
        float[] factor = new float[size * size];
        for (int i = 0; i < size; i++) {
            for (int j = i; j < size; j++) {
                factor[i * size + j] = (float) rows.data[(size - 1 - i) * size + (size - 1 - j)];
            }
        }
        return factor;
    }

    /** The input channels in the order in which their weights are rounded. Not a copy. */
    int[] order() {
        return order;
    }

    /** U, row-major, its rows and columns in that order. Not a copy. */
    float[] factor() {
        return factor;
    }
}
