package io.quantfleet.quantizer.target;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.schema.DocumentSchema;
import io.quantfleet.quantizer.target.DeviceClassProfile.Activations;
import io.quantfleet.quantizer.target.DeviceClassProfile.Bias;
import io.quantfleet.quantizer.target.DeviceClassProfile.Kernels;
import io.quantfleet.quantizer.target.DeviceClassProfile.Outputs;
import io.quantfleet.quantizer.target.DeviceClassProfile.Weights;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads profiles of device classes, checking them against their schema first. Safe for use by several threads. */
public final class ProfileReader {
    private static final String BUILT_IN = "/io/quantfleet/protocols/device-classes/";

    private final DocumentSchema schema =
            DocumentSchema.load("device-class-profile.v1.schema.json", ReasonCode.PROFILE_INVALID);
    private final JsonMapper json = JsonMapper.builder().build();

    /** The names of the device classes that come with the product. */
    public static List<String> builtInNames() {
        return List.of("rpi-cpu", "phone-npu", "gpu");
    }

    /** The profile of a device class that comes with the product. */
    public DeviceClassProfile builtIn(String name) {
        if (!builtInNames().contains(name)) {
            throw new QuantizerException(
                    ReasonCode.PROFILE_INVALID,
                    "there is no device class " + name + "; those that come with it are "
                            + String.join(", ", builtInNames()));
        }
        try (InputStream stream = ProfileReader.class.getResourceAsStream(BUILT_IN + name + ".yaml")) {
            if (stream == null) {
                throw new IllegalStateException("no profile " + name + " on the class path");
            }
            return read(new String(stream.readAllBytes(), StandardCharsets.UTF_8), name + ".yaml");
        } catch (IOException e) {
            throw new UncheckedIOException("the profile " + name + " can't be read", e);
        }
    }

    /**
     * Reads a profile.
     *
     * @param text the YAML
     * @param source what messages call it: a file's name
     * @throws QuantizerException naming every fault, if the profile breaks its schema or contradicts itself
     */
    public DeviceClassProfile read(String text, String source) {
        JsonNode document = schema.read(text, source);
        try {
            return json.treeToValue(document, ProfileFile.class).toProfile();
        } catch (ValueInstantiationException e) {
            throw contradiction(source, Optional.ofNullable(e.getCause()).orElse(e));
        } catch (IllegalArgumentException e) {
            throw contradiction(source, e);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a profile that satisfies its schema is not understood", e);
        }
    }

    private static QuantizerException contradiction(String source, Throwable cause) {
        return new QuantizerException(ReasonCode.PROFILE_INVALID, source + ": " + cause.getMessage(), cause);
    }

    /** The file as written, where optional keys may be missing. */
    private record ProfileFile(
            String name,
            String title,
            @Nullable String description,
            String runtime,
            Weights weights,
            ActivationsFile activations,
            @Nullable Bias bias,
            OperatorSet operators,
            boolean everyOperator,
            boolean staticShapes,
            @Nullable Kernels int8Kernels,
            @Nullable Long memoryMiB,
            @Nullable Double latencyMs,
            @Nullable Double maxLossPoints) {

        private record ActivationsFile(
                IntegerType type,
                boolean symmetric,
                @Nullable Outputs outputs) {}

        DeviceClassProfile toProfile() {
            return new DeviceClassProfile(
                    name,
                    title,
                    Optional.ofNullable(description).map(String::strip).orElse(""),
                    runtime,
                    weights,
                    new Activations(
                            activations.type(),
                            activations.symmetric(),
                            Optional.ofNullable(activations.outputs()).orElse(Outputs.EVERY)),
                    Optional.ofNullable(bias).orElse(Bias.INT32),
                    operators,
                    everyOperator,
                    staticShapes,
                    Optional.ofNullable(int8Kernels).orElse(Kernels.OPTIONAL),
                    memoryMiB == null ? OptionalLong.empty() : OptionalLong.of(memoryMiB),
                    latencyMs == null ? OptionalDouble.empty() : OptionalDouble.of(latencyMs),
                    maxLossPoints == null ? OptionalDouble.empty() : OptionalDouble.of(maxLossPoints));
        }
    }
}
