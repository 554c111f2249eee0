package io.quantfleet.quantizer.lint;

import io.quantfleet.quantizer.onnx.StoredIntegers;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.IntegerType;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code weight-type}, {@code weight-symmetry}, {@code weight-axis} and {@code weight-range}: the weights of layers are
 * stored as the profile says.
 */
final class WeightRule implements LintRule {
    private static final int REDUCED = 64;

    @Override
    public void check(LintSubject subject, Findings findings) {
        subject.layers().forEach(layer -> subject.weight(layer).ifPresent(weight -> {
            type(weight, subject, findings);
            symmetry(weight, subject.profile(), findings);
            axis(weight, subject.profile(), findings);
            range(weight, subject.profile(), findings);
        }));
    }

    private static void type(LintSubject.Weight weight, LintSubject subject, Findings findings) {
        DeviceClassProfile profile = subject.profile();
        IntegerType wanted = profile.weights().type();
        // In a layer that computes in floats, four bits are a matter of the rule about forms.
        boolean weightOnly = weight.coding().type().bits() == 4
                && weight.layer().input(0).filter(subject::dequantized).isEmpty();
        if (!weightOnly
                && !wanted.name().equalsIgnoreCase(weight.coding().type().label())) {
            findings.error(
                    "weight-type",
                    weight.layer(),
                    "its weight " + weight.integers().name() + " is stored as "
                            + weight.coding().type().label() + "; " + profile.name() + " takes "
                            + wanted.name().toLowerCase(Locale.ROOT) + ": quantize with that type of weights");
        }
    }

    private static void symmetry(LintSubject.Weight weight, DeviceClassProfile profile, Findings findings) {
        if (profile.weights().symmetric()
                && weight.coding().type().bits() == 8
                && !weight.coding().symmetric()) {
            findings.error(
                    "weight-symmetry",
                    weight.layer(),
                    "its weight " + weight.integers().name() + " has zero points other than 0, which " + profile.name()
                            + " does not take: quantize weights symmetrically");
        }
    }

    private static void axis(LintSubject.Weight weight, DeviceClassProfile profile, Findings findings) {
        Optional<Integer> scaled = weight.scaledAxis();
        if (scaled.isEmpty() || weight.coding().block() > 0) {
            return;
        }
        String name = weight.integers().name();
        if (!profile.weights().perChannel().contains(weight.layer().operator())) {
            findings.error(
                    "weight-axis",
                    weight.layer(),
                    "its weight " + name + " has a scale for each channel; for "
                            + weight.layer().operator() + " " + profile.name()
                            + " takes one scale: quantize it per tensor");
        } else if (!scaled.equals(weight.channelAxis())) {
            findings.error(
                    "weight-axis",
                    weight.layer(),
                    "the scales of its weight " + name + " are along axis " + scaled.get()
                            + "; its output channels are "
                            + weight.channelAxis()
                                    .map(axis -> "along axis " + axis)
                                    .orElse("not along a single axis")
                            + ", and integers can be added up only within an output channel");
        }
    }

    private static void range(LintSubject.Weight weight, DeviceClassProfile profile, Findings findings) {
        StoredIntegers integers = weight.integers();
        if (integers.type().bits() != 8 || !integers.type().signed()) {
            return;
        }
        int least = 0;
        int greatest = 0;
        for (int i = 0; i < integers.count(); i++) {
            least = Math.min(least, integers.at(i));
            greatest = Math.max(greatest, integers.at(i));
        }
        boolean unsigned = profile.activations().type() == IntegerType.UINT8;
        if (profile.weights().reducedRange() && unsigned && Math.max(-least, greatest) > REDUCED) {
            findings.error(
                    "weight-range",
                    weight.layer(),
                    "its weight " + integers.name() + " goes from " + least + " to " + greatest
                            + "; beyond 64 the sums of an x86 processor without VNNI saturate: quantize with reduced range");
        } else if (profile.weights().symmetric() && least < -integers.type().greatest()) {
            findings.warning(
                    "weight-range",
                    weight.layer(),
                    "its weight " + integers.name() + " contains -128, which has no counterpart: kernels that negate"
                            + " weights overflow, and NNAPI's specification ends at -127");
        }
    }
}
