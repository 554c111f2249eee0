package io.quantfleet.quantizer.target;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.Optional;

/** Ways to quantize a whole model. Profiles say which of them a runtime executes. */
public enum Form {
    /** Weights and activations in 8 bits, ranges fixed beforehand from samples. */
    @JsonProperty("static-int8")
    STATIC_INT8("static-int8"),
    /** The same with activations in 16 bits. */
    @JsonProperty("a16w8")
    A16W8("a16w8"),
    /** Weights in 8 bits; ranges of activations are found while the model runs. */
    @JsonProperty("dynamic-int8")
    DYNAMIC_INT8("dynamic-int8"),
    /** Weights in 8 bits, group by group; arithmetic in floats. */
    @JsonProperty("weight-only-int8")
    WEIGHT_ONLY_INT8("weight-only-int8"),
    /** Weights in 4 bits, group by group; arithmetic in floats. */
    @JsonProperty("weight-only-int4")
    WEIGHT_ONLY_INT4("weight-only-int4"),
    /** Floats stored in 16 bits. */
    @JsonProperty("fp16")
    FP16("fp16");

    private final String label;

    Form(String label) {
        this.label = label;
    }

    /** The name in profiles, options and reports. */
    public String label() {
        return label;
    }

    /** The form of that name. */
    public static Optional<Form> ofLabel(String label) {
        return Arrays.stream(values()).filter(form -> form.label.equals(label)).findFirst();
    }
}
