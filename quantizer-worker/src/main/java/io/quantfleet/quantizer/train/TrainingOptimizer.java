package io.quantfleet.quantizer.train;

import java.util.Arrays;
import java.util.Locale;

/** How parameters move against their gradients. */
public enum TrainingOptimizer {
    /** AdamW (Loshchilov and Hutter 2019): each element about as far as the rate says. */
    ADAMW(Rule.ADAMW, 0.001),
    /** Stochastic gradient descent with a momentum of 0.9, as far as the gradient is large. */
    SGD(Rule.SGD, 0.01);

    private final Rule rule;
    private final double usualRate;

    TrainingOptimizer(Rule rule, double usualRate) {
        this.rule = rule;
        this.usualRate = usualRate;
    }

    /** Its name on the command line and in jobs. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The optimizer of that name.
     *
     * @throws IllegalArgumentException naming those that there are
     */
    public static TrainingOptimizer ofWireName(String name) {
        return Arrays.stream(values())
                .filter(each -> each.wireName().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("there is no optimizer \"" + name + "\"; adamw and sgd are"));
    }

    Rule rule() {
        return rule;
    }

    /** The learning rate that suits networks that were trained well before. */
    public double usualRate() {
        return usualRate;
    }
}
