package io.quantfleet.controlplane.delta;

import io.quantfleet.protocols.Sha256;

/** From what a device serves to what it shall serve. */
record VariantPair(Sha256 from, Sha256 to) {
    @Override
    public String toString() {
        return from + " → " + to;
    }
}
