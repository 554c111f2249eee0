package io.quantfleet.cli.client;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.cli.CliException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files beside an ONNX file in which it keeps large tensors. */
public final class ExternalDataFiles {
    private static final String LOCATION = "location";

    private ExternalDataFiles() {}

    /** Those that the graph of {@code onnx} names and that are there; a file that is no ONNX names none. */
    public static List<Path> of(Path onnx) {
        try (InputStream in = Files.newInputStream(onnx)) {
            return ModelProto.parseFrom(in).getGraph().getInitializerList().stream()
                    .filter(tensor -> tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL)
                    .flatMap(tensor -> tensor.getExternalDataList().stream())
                    .filter(entry -> entry.getKey().equals(LOCATION))
                    .map(StringStringEntryProto::getValue)
                    .distinct()
                    .map(onnx::resolveSibling)
                    .filter(Files::isRegularFile)
                    .toList();
        } catch (InvalidProtocolBufferException notOnnx) {
            return List.of(); // the control plane and its workers say what is wrong with it
        } catch (IOException e) {
            throw new CliException("can't read " + onnx + ": " + e.getMessage(), e);
        }
    }
}
