package io.quantfleet.quantizer.train.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * PyTorch's own operator for quantization with a learned step size: one pass over the elements where a composition of DJL's
 * takes ten. DJL has no binding for it, but loads TorchScript, which is an archive with the function's text; this makes one.
 *
 * <p>It differs from {@link FakeQuantizer#differentiable} in that it multiplies by the reciprocal of the step size, so that a
 * value very close to the middle between two steps may become the other one, and in that the range reaches half a step beyond
 * its last integers for the gradients.
 */
final class FusedQuantizer {
    private static final String CODE = """
            class Fused(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              def forward(self: __torch__.Fused, x: Tensor, scale: Tensor, least: Tensor, greatest: Tensor, factor: Tensor) -> Tensor:
                zero = torch.zeros_like(scale)
                return torch._fake_quantize_learnable_per_tensor_affine(x, scale, zero, int(least), int(greatest), float(factor))
            """;
    /** A pickle of an object of the class with its field {@code training} set. */
    private static final String OBJECT = "\u0080\u0002c__torch__\nFused\n)\u0081}X\b\0\0\0training\u0088sb.";
    /** A pickle of an empty tuple. */
    private static final String NO_CONSTANTS = "\u0080\u0002).";

    private static final String FORMAT_VERSION = "3\n";

    private final PtSymbolBlock function;

    private FusedQuantizer(PtNDManager manager) {
        try {
            function = JniUtils.loadModule(manager, new ByteArrayInputStream(archive()), false, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The operator, loaded once. */
    static FusedQuantizer loaded() {
        return Loaded.INSTANCE;
    }

    private static final class Loaded {
        static final FusedQuantizer INSTANCE = new FusedQuantizer((PtNDManager) PyTorch.newManager());
    }

    NDArray apply(NDArray x, NDArray scale, long least, long greatest, double factor) {
        NDArray one = scale.getShape().dimension() == 1 ? scale : scale.reshape(1);
        NDList inputs = new NDList(
                x,
                one,
                x.getManager().create(least),
                x.getManager().create(greatest),
                x.getManager().create((float) factor));
        return IValueUtils.forward(function, inputs, true).singletonOrThrow();
    }

    private static byte[] archive() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            add(zip, "data.pkl", OBJECT.getBytes(StandardCharsets.ISO_8859_1));
            add(zip, "code/__torch__.py", CODE.getBytes(StandardCharsets.UTF_8));
            add(zip, "constants.pkl", NO_CONSTANTS.getBytes(StandardCharsets.ISO_8859_1));
            add(zip, "version", FORMAT_VERSION.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 checksum = new CRC32();
        checksum.update(content);
        ZipEntry entry = new ZipEntry("fused/" + name);
        entry.setSize(content.length);
        entry.setCompressedSize(content.length);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
