package io.quantfleet.quantizer.train.graph;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The steps between some tensors and others.
 *
 * @param stages in an order in which they can be executed
 */
record Plan(List<Stage> stages) {

    /**
     * A step, and what nobody reads after it.
     *
     * @param spent tensors that may be forgotten
     */
    record Stage(Step step, List<String> spent) {}

    /**
     * Finds the steps that are needed.
     *
     * @param steps all steps, in order
     * @param given tensors that are not to be computed
     * @throws QuantizerException if a tensor can't be had
     */
    static Plan of(
            List<Step> steps,
            Set<String> given,
            Collection<String> wanted,
            Set<String> parameters,
            Set<String> constants) {
        Set<String> needed = new HashSet<>(wanted);
        List<Step> chosen = new ArrayList<>();
        for (int i = steps.size() - 1; i >= 0; i--) {
            Step step = steps.get(i);
            if (step.outputs().stream().anyMatch(output -> needed.contains(output) && !given.contains(output))) {
                chosen.add(step);
                needed.addAll(step.inputs());
            }
        }
        Collections.reverse(chosen);
        Set<String> had = new HashSet<>(given);
        had.addAll(parameters);
        had.addAll(constants);
        had.add("");
        for (Step step : chosen) {
            step.inputs().forEach(input -> require(had, input, "node " + step.label()));
            had.addAll(step.outputs());
        }
        wanted.forEach(tensor -> require(had, tensor, "the caller"));
        return new Plan(withLastUses(chosen, given, wanted));
    }

    private static void require(Set<String> had, String tensor, String reader) {
        if (!had.contains(tensor)) {
            throw new QuantizerException(
                    ReasonCode.OPERATOR_UNSUPPORTED,
                    "tensor " + tensor + ", which " + reader + " needs, is neither given nor computed");
        }
    }

    private static List<Stage> withLastUses(List<Step> chosen, Set<String> given, Collection<String> wanted) {
        Set<String> computed = new HashSet<>();
        chosen.forEach(step -> computed.addAll(step.outputs()));
        Set<String> kept = new HashSet<>(wanted);
        kept.addAll(given);
        List<Stage> stages = new ArrayList<>();
        for (int i = chosen.size() - 1; i >= 0; i--) {
            Step step = chosen.get(i);
            Set<String> touched = new HashSet<>(step.inputs());
            touched.addAll(step.outputs());
            List<String> spent = touched.stream()
                    .filter(tensor -> computed.contains(tensor) && kept.add(tensor))
                    .toList();
            stages.add(new Stage(step, spent));
        }
        Collections.reverse(stages);
        return List.copyOf(stages);
    }
}
