package io.quantfleet.controlplane.gate;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.gate.StageFigures.ClassFigures;
import java.util.List;
import java.util.Locale;

/**
 * Enough was measured of each class to go by. Never fails.
 *
 * @param inferences how many there must be, 0 for any number
 * @param devices how many devices must have sent figures, 0 for any number; if a stage has fewer of a class, all of them
 */
public record MinimumGate(long inferences, int devices) implements Gate {
    public MinimumGate {
        if (inferences < 0 || devices < 0) {
            throw ControlPlaneException.invalid(
                    "'minimum' has numbers that are not negative, not " + inferences + " and " + devices);
        }
    }

    @Override
    public List<Finding> judge(StageFigures stage) {
        return stage.classes().stream().map(this::judge).toList();
    }

    private Finding judge(ClassFigures figures) {
        int neededDevices = Math.min(devices, figures.active());
        boolean enough = figures.served().inferences() >= inferences && figures.measuring() >= neededDevices;
        String evidence = String.format(
                Locale.ROOT,
                "%d inferences of %d devices; at least %d of %d are wanted",
                figures.served().inferences(),
                figures.measuring(),
                inferences,
                neededDevices);
        return new Finding("minimum", figures.deviceClass(), enough ? Verdict.OPEN : Verdict.HOLD, evidence);
    }
}
