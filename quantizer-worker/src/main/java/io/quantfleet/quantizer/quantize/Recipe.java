package io.quantfleet.quantizer.quantize;

import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.IntegerType;
import io.quantfleet.quantizer.target.Precision;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything that decides how a prepared model is quantized. Immutable.
 *
 * @param profile what the device class can execute
 * @param ranges how the ranges of computed tensors are chosen
 * @param weightClipping whether a weight's scale is the one of least squared error, which may cut off its largest
 *     elements, rather than one that expresses them all
 * @param biasCorrection whether biases make up for the mean error that rounded weights cause, and by which means
 * @param reducedRange whether weights keep to 7 bits: x86 processors without VNNI add two 16-bit products of unsigned
 *     and signed bytes with saturation, which 8 bits overflow
 * @param leftFloat by node label, operators that stay in FP32, and why
 * @param layers by node label, layers that have another precision than the profile's usual one. Activations of 16 bits are
 *     written here; layers of other precisions are left in FP32, for others to rewrite
 * @param learned by node label, weights whose integers were learned; used as long as they keep the scales that they were
 *     learned for
 */
public record Recipe(
        DeviceClassProfile profile,
        RangeChoice ranges,
        boolean weightClipping,
        BiasMeans biasCorrection,
        boolean reducedRange,
        Map<String, String> leftFloat,
        Map<String, Precision> layers,
        Map<String, LearnedWeight> learned) {

    public Recipe {
        leftFloat = Collections.unmodifiableMap(new LinkedHashMap<>(leftFloat));
        layers = Collections.unmodifiableMap(new LinkedHashMap<>(layers));
        learned = Map.copyOf(learned);
    }

    /** Nothing but ranges. */
    public static Recipe of(DeviceClassProfile profile, RangeChoice ranges) {
        return new Recipe(profile, ranges, false, BiasMeans.NONE, false, Map.of(), Map.of(), Map.of());
    }

    /** The same for another device class. */
    public Recipe withProfile(DeviceClassProfile other) {
        return new Recipe(other, ranges, weightClipping, biasCorrection, reducedRange, leftFloat, layers, learned);
    }

    /** The same with other ranges. */
    public Recipe withRanges(RangeChoice other) {
        return new Recipe(profile, other, weightClipping, biasCorrection, reducedRange, leftFloat, layers, learned);
    }

    /** The same with weights clipped or not. */
    public Recipe withWeightClipping(boolean clipped) {
        return new Recipe(profile, ranges, clipped, biasCorrection, reducedRange, leftFloat, layers, learned);
    }

    /** The same with biases corrected or not. */
    public Recipe withBiasCorrection(BiasMeans means) {
        return new Recipe(profile, ranges, weightClipping, means, reducedRange, leftFloat, layers, learned);
    }

    /** The same with weights of 7 or 8 bits. */
    public Recipe withReducedRange(boolean reduced) {
        return new Recipe(profile, ranges, weightClipping, biasCorrection, reduced, leftFloat, layers, learned);
    }

    /** The same with more operators left in FP32. */
    public Recipe leaving(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(leftFloat);
        more.forEach(all::putIfAbsent);
        return new Recipe(profile, ranges, weightClipping, biasCorrection, reducedRange, all, layers, learned);
    }

    /**
     * The same with layers in other precisions.
     *
     * @param precisions by node label; FP32 and what is made of it leave the layer in FP32 for now
     */
    public Recipe withLayers(Map<String, Precision> precisions) {
        Map<String, String> left = new LinkedHashMap<>();
        precisions.forEach((layer, precision) -> {
            if (precision != Precision.A16W8) {
                left.put(layer, "it is among the most sensitive layers (mixed precision: " + precision.label() + ")");
            }
        });
        Recipe leaving = leaving(left);
        Map<String, Precision> all = new LinkedHashMap<>(layers);
        all.putAll(precisions);
        return new Recipe(
                profile, ranges, weightClipping, biasCorrection, reducedRange, leaving.leftFloat(), all, learned);
    }

    /** The same with weights that were learned. Biases are left as they are: what was learned makes up for means, too. */
    public Recipe withLearned(Map<String, LearnedWeight> weights) {
        return new Recipe(profile, ranges, weightClipping, BiasMeans.NONE, reducedRange, leftFloat, layers, weights);
    }

    /** Whether a layer's activations are in 16 bits. */
    boolean isWide(String layer) {
        return layers.get(layer) == Precision.A16W8;
    }

    /** The same without demands on what must be quantized, for variants that are only compared. */
    public Recipe withoutDemands() {
        return new Recipe(
                profile.withoutDemands(),
                ranges,
                weightClipping,
                biasCorrection,
                reducedRange,
                leftFloat,
                layers,
                learned);
    }

    /** The greatest magnitude of a symmetric weight's integers. */
    public int greatestWeight() {
        if (profile.weights().type() == IntegerType.INT4) {
            return IntegerType.INT4.greatest();
        }
        return reducedRange ? 63 : 127;
    }
}
