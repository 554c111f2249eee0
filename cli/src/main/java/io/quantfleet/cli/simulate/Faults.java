package io.quantfleet.cli.simulate;

import io.quantfleet.cli.CliException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * How large a part of a fleet suffers from what.
 *
 * @param shares of the devices, 0 to 1; absent for none
 */
public record Faults(Map<Fault, Double> shares) {
    /** None at all. */
    public static final Faults NONE = new Faults(Map.of());

    public Faults {
        shares = Map.copyOf(shares);
        shares.forEach((fault, share) -> {
            if (!(share >= 0 && share <= 1)) {
                throw new CliException("--faults: the share of " + fault.option() + " is from 0 to 1, not " + share);
            }
        });
    }

    /** Reads {@code loss=0.1,crash=0.05}. */
    public static Faults parse(String text) {
        Map<Fault, Double> shares = new EnumMap<>(Fault.class);
        for (String entry : text.split(",", -1)) {
            String[] parts = entry.strip().split("=", 2);
            Optional<Fault> fault = Arrays.stream(Fault.values())
                    .filter(known -> known.option().equals(parts[0]))
                    .findFirst();
            if (fault.isEmpty() || parts.length < 2) {
                throw new CliException("--faults '" + entry + "': expected FAULT=SHARE, where FAULT is one of "
                        + Arrays.stream(Fault.values()).map(Fault::option).collect(Collectors.joining(", ")));
            }
            try {
                if (shares.put(fault.get(), Double.valueOf(parts[1])) != null) {
                    throw new CliException("--faults: " + parts[0] + " is given twice");
                }
            } catch (NumberFormatException e) {
                throw new CliException("--faults '" + entry + "': '" + parts[1] + "' is not a number");
            }
        }
        return new Faults(shares);
    }

    /** The faults of one device. */
    Set<Fault> draw(RandomGenerator random) {
        Set<Fault> drawn = EnumSet.noneOf(Fault.class);
        for (Fault fault : Fault.values()) {
            if (random.nextDouble() < shares.getOrDefault(fault, 0.0)) {
                drawn.add(fault);
            }
        }
        return drawn;
    }
}
