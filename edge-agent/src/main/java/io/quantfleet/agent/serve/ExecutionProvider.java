package io.quantfleet.agent.serve;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What ONNX Runtime can execute models on. The CPU is always there; of the others each build has some. */
public enum ExecutionProvider {
    TENSORRT(OrtProvider.TENSOR_RT),
    CUDA(OrtProvider.CUDA),
    OPENVINO(OrtProvider.OPEN_VINO),
    QNN(OrtProvider.QNN),
    NNAPI(OrtProvider.NNAPI),
    COREML(OrtProvider.CORE_ML),
    WEBGPU(OrtProvider.WEBGPU),
    ACL(OrtProvider.ACL),
    DNNL(OrtProvider.DNNL),
    XNNPACK(OrtProvider.XNNPACK),
    CPU(OrtProvider.CPU);

    private final OrtProvider provider;

    ExecutionProvider(OrtProvider provider) {
        this.provider = provider;
    }

    /** As options, manifests and reports write it. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The provider of that name; empty if this agent knows none. */
    public static Optional<ExecutionProvider> of(String code) {
        return Arrays.stream(values())
                .filter(provider -> provider.code().equals(code))
                .findFirst();
    }

    /** The names of all. */
    public static List<String> codes() {
        return Arrays.stream(values()).map(ExecutionProvider::code).toList();
    }

    /** Whether this build of the runtime has it; that its device is there as well is another matter. */
    boolean isBuiltIn() {
        return this == CPU || OrtEnvironment.getAvailableProviders().contains(provider);
    }

    /** Has a session run on it, and on the CPU what it doesn't take. */
    void addTo(SessionOptions options) throws OrtException {
        switch (this) {
            case TENSORRT -> options.addTensorrt(0);
            case CUDA -> options.addCUDA(0);
            case OPENVINO -> options.addOpenVINO("");
            case QNN -> options.addQnn(Map.of());
            case NNAPI -> options.addNnapi();
            case COREML -> options.addCoreML(Map.of());
            case WEBGPU -> options.addWebGPU(Map.of());
            case ACL -> options.addACL(false);
            case DNNL -> options.addDnnl(false);
            case XNNPACK -> options.addXnnpack(Map.of());
            case CPU -> {
                // Every session has it.
            }
        }
    }
}
