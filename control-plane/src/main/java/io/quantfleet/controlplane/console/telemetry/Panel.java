package io.quantfleet.controlplane.console.telemetry;

import io.quantfleet.controlplane.console.frame.Units;

/** One variant: its figures over a span, and what its accuracy is compared with. */
public record Panel(VariantKey variant, Figures figures, Chart.Reference reference) {
    /** Where the script of the page gets the panel's points; {@code fleet} is empty for all. */
    public String chart(String fleet, Span span) {
        return "/console/charts/variants/" + Units.url(variant.sha256())
                + "?class=" + Units.url(variant.deviceClass())
                + "&model=" + Units.url(variant.modelName())
                + "&version=" + variant.modelVersion()
                + "&fleet=" + Units.url(fleet)
                + "&span=" + span.code();
    }
}
