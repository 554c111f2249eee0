package io.quantfleet.controlplane.model;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.quantfleet.controlplane.YamlSchema;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.v1.QuantizationOptions;

/** Options of jobs between their JSON form, which REST and the database hold, and the message that workers read. */
final class JobOptions {
    private static final YamlSchema SCHEMA =
            YamlSchema.load("quantization-options.v1.schema.json", "quantization options", ReasonCode.REQUEST_INVALID);

    private JobOptions() {}

    /**
     * Reads what a user gives.
     *
     * @throws io.quantfleet.controlplane.ControlPlaneException {@code REQUEST_INVALID}, listing every fault
     */
    static QuantizationOptions parse(String json) {
        return read(SCHEMA.parse(json).toString());
    }

    private static QuantizationOptions read(String json) {
        QuantizationOptions.Builder options = QuantizationOptions.newBuilder();
        try {
            JsonFormat.parser().merge(json, options);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("options that satisfy their schema are not understood", e);
        }
        return options.build();
    }

    /** The JSON form. */
    static String json(QuantizationOptions options) {
        try {
            return JsonFormat.printer().omittingInsignificantWhitespace().print(options);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("options are always printable", e);
        }
    }
}
