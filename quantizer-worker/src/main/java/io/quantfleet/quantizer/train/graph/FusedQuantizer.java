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
 * {@link FakeQuantizer#differentiable} in one call, with a quarter of its memory traffic: what need not be recorded is computed
 * in place. DJL has no in-place rounding and no addcmul, but loads TorchScript, which is an archive with a function's text; this
 * makes one.
 */
final class FusedQuantizer {
    private static final String FIXED = """
        class Fused(Module):
          __parameters__ = []
          __buffers__ = []
          training : bool
          def forward(self: __torch__.Fused, x: Tensor, scale: Tensor, least: Tensor, greatest: Tensor) -> Tensor:
            v = torch.div(torch.detach(x), torch.detach(scale))
            q = torch.clamp(v, float(least), float(greatest))
            within = torch.eq(q, v, out=torch.empty_like(v))
            coefficient = torch.sub_(torch.round_(q), torch.mul_(v, within))
            return torch.addcmul(torch.mul(x, within), coefficient, scale)
        """;
    /** The same where the zero point follows from an offset, which has a gradient beyond the range. */
    private static final String WITH_OFFSET = """
        class Fused(Module):
          __parameters__ = []
          __buffers__ = []
          training : bool
          def forward(self: __torch__.Fused, x: Tensor, scale: Tensor, least: Tensor, greatest: Tensor, offset: Tensor) -> Tensor:
            s = torch.detach(scale)
            b = torch.detach(offset)
            z = torch.clamp(torch.round(torch.div(torch.neg(b), s)), float(least), float(greatest))
            v = torch.div(torch.detach(x), s)
            q = torch.clamp(v, float(torch.sub(least, z)), float(torch.sub(greatest, z)))
            within = torch.eq(q, v, out=torch.empty_like(v))
            coefficient = torch.sub_(torch.add_(torch.round_(q), z), torch.mul_(torch.add_(v, z), within))
            shift = torch.add(offset, torch.sub(torch.neg(torch.mul(z, s)), b))
            inside = torch.addcmul(torch.mul(x, within), coefficient, scale)
            return torch.addcmul(inside, torch.sub(1., within), shift)
        """;
    /** A pickle of an object of the class with its field {@code training} set. */
    private static final String OBJECT = "\u0080\u0002c__torch__\nFused\n)\u0081}X\b\0\0\0training\u0088sb.";
    /** A pickle of an empty tuple. */
    private static final String NO_CONSTANTS = "\u0080\u0002).";

    private static final String FORMAT_VERSION = "3\n";

    private final PtSymbolBlock function;

    private FusedQuantizer(String code) {
        try {
            function = JniUtils.loadModule(
                    (PtNDManager) PyTorch.newManager(), new ByteArrayInputStream(archive(code)), false, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The operators, loaded once. */
    private static final class Loaded {
        static final FusedQuantizer FIXED_ZERO_POINT = new FusedQuantizer(FIXED);
        static final FusedQuantizer LEARNED_OFFSET = new FusedQuantizer(WITH_OFFSET);
    }

    /**
     * Fake quantization with gradients.
     *
     * @param scale step sizes in a shape that stretches to that of x
     * @param least the least integer less the zero point
     * @param greatest the greatest integer less the zero point
     */
    static NDArray apply(NDArray x, NDArray scale, long least, long greatest) {
        return Loaded.FIXED_ZERO_POINT.call(
                x, scale, x.getManager().create(least), x.getManager().create(greatest));
    }

    /**
     * The same with a learned offset.
     *
     * @param least the least integer
     * @param greatest the greatest integer
     * @param offset what the integer zero stands for, before the zero point is rounded
     */
    static NDArray apply(NDArray x, NDArray scale, long least, long greatest, NDArray offset) {
        return Loaded.LEARNED_OFFSET.call(
                x, scale, x.getManager().create(least), x.getManager().create(greatest), offset);
    }

    private NDArray call(NDArray... inputs) {
        return IValueUtils.forward(function, new NDList(inputs), true).singletonOrThrow();
    }

    private static byte[] archive(String code) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            add(zip, "data.pkl", OBJECT.getBytes(StandardCharsets.ISO_8859_1));
            add(zip, "code/__torch__.py", code.getBytes(StandardCharsets.UTF_8));
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
