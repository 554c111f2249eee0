package io.quantfleet.quantizer.target;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.profile.ShippedProfiles;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.schema.DocumentSchema;
import io.quantfleet.quantizer.target.DeviceClassProfile.Activations;
import io.quantfleet.quantizer.target.DeviceClassProfile.Bias;
import io.quantfleet.quantizer.target.DeviceClassProfile.Kernels;
import io.quantfleet.quantizer.target.DeviceClassProfile.Outputs;
import io.quantfleet.quantizer.target.DeviceClassProfile.Weights;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads profiles of device classes, checking them against their schema first. Safe for use by several threads. */
public final class ProfileReader {
    private final DocumentSchema schema =
            DocumentSchema.load("device-class-profile.v1.schema.json", ReasonCode.PROFILE_INVALID);
    private final JsonMapper json = JsonMapper.builder().build();

    /** The names of the profiles that come with the product: what is registered at first, then templates. */
    public static List<String> builtInNames() {
        return ShippedProfiles.names();
    }

    /** A profile that comes with the product. */
    public DeviceClassProfile builtIn(String name) {
        String text = ShippedProfiles.text(name)
                .orElseThrow(() -> new QuantizerException(
                        ReasonCode.PROFILE_INVALID,
                        "there is no device class " + name + "; those that come with it are "
                                + String.join(", ", builtInNames())));
        return read(text, name + ".yaml");
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
            @Nullable List<Form> forms,
            @Nullable Set<Precision> layers,
            OperatorSet operators,
            boolean everyOperator,
            boolean staticShapes,
            @Nullable Kernels int8Kernels,
            @Nullable Long memoryMiB,
            @Nullable Double latencyMs,
            @Nullable List<LatencyTable.Row> latencyTable,
            @Nullable Double minAgreement,
            @Nullable Double maxLossPoints) {

        private static final Set<Precision> INTEGERS = EnumSet.of(Precision.INT8);
        private static final Set<Precision> INTEGERS_AND_FLOATS = EnumSet.of(Precision.INT8, Precision.FLOAT32);

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
                    Optional.ofNullable(forms).orElse(List.of(Form.STATIC_INT8)),
                    Optional.ofNullable(layers).orElse(everyOperator ? INTEGERS : INTEGERS_AND_FLOATS),
                    operators,
                    everyOperator,
                    staticShapes,
                    Optional.ofNullable(int8Kernels).orElse(Kernels.OPTIONAL),
                    memoryMiB == null ? OptionalLong.empty() : OptionalLong.of(memoryMiB),
                    latencyMs == null ? OptionalDouble.empty() : OptionalDouble.of(latencyMs),
                    new LatencyTable(Optional.ofNullable(latencyTable).orElse(List.of())),
                    minAgreement == null ? OptionalDouble.empty() : OptionalDouble.of(minAgreement),
                    maxLossPoints == null ? OptionalDouble.empty() : OptionalDouble.of(maxLossPoints));
        }
    }
}
