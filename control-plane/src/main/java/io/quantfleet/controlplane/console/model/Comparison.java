package io.quantfleet.controlplane.console.model;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The variants of a version side by side; the FP32 figures are those measured with the first variant that has them. */
public record Comparison(List<VariantColumn> variants) {
    public Comparison {
        variants = List.copyOf(variants);
    }

    public boolean anyMade() {
        return variants.stream().anyMatch(VariantColumn::made);
    }

    public boolean anyReady() {
        return variants.stream().anyMatch(v -> v.state().equals("READY"));
    }

    public boolean anyReport() {
        return variants.stream().anyMatch(v -> v.reportPageSha256().isPresent());
    }

    public boolean anyReasons() {
        return variants.stream().anyMatch(VariantColumn::explained);
    }

    public Optional<Double> fp32Accuracy() {
        return first(VariantColumn::accuracyFp32);
    }

    public Optional<Double> fp32Perplexity() {
        return first(VariantColumn::perplexityFp32);
    }

    public Optional<Double> fp32P50() {
        return first(VariantColumn::fp32P50);
    }

    public Optional<Double> fp32P95() {
        return first(VariantColumn::fp32P95);
    }

    public Optional<Long> samples() {
        return first(VariantColumn::samples);
    }

    public List<VariantColumn> underWay() {
        return variants.stream()
                .filter(v -> v.state().equals("QUEUED") || v.state().equals("RUNNING"))
                .toList();
    }

    private <T> Optional<T> first(Function<VariantColumn, Optional<T>> figure) {
        return variants.stream().map(figure).flatMap(Optional::stream).findFirst();
    }
}
