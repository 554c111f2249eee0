package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.calibration.Calibrator;
import io.quantfleet.quantizer.evaluate.Accuracy;
import io.quantfleet.quantizer.form.LayerForms;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.Calibration;
import io.quantfleet.quantizer.quantize.LearnedWeight;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.quantize.Recipe;
import io.quantfleet.quantizer.quantize.StaticQuantizer;
import io.quantfleet.quantizer.target.Precision;
import io.quantfleet.quantizer.technique.Finding;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes variants and compares them with FP32 on held-out samples. For use by one thread. */
final class Workbench {
    private static final int BATCH = 8;

    private final SearchSetting setting;
    private final ProgressListener listener;
    private final Calibrator calibrator;
    private final StaticQuantizer quantizer;
    private final IdentityHashMap<Candidate, Accuracy> accuracies = new IdentityHashMap<>();
    private Optional<Calibration> plain = Optional.empty();
    private double calibrateSeconds;
    private double quantizeSeconds;

    /** @param listener hears of each step; it stops the search by throwing */
    Workbench(SearchSetting setting, ProgressListener listener) {
        this.setting = setting;
        this.listener = listener;
        this.calibrator = new Calibrator(setting.threads(), BATCH);
        this.quantizer = new StaticQuantizer(calibrator);
    }

    /** What calibration samples show of a model. */
    Calibration calibration(PreparedModel prepared) {
        return new Calibration(calibrator, prepared, setting.calibration(), listener, setting.kept());
    }

    /** What the first variant was made from: the model without any technique. */
    Calibration plain() {
        return plain.orElseThrow(() -> new IllegalStateException("nothing was made yet"));
    }

    /** Makes a variant and compares it. */
    Candidate make(List<String> techniques, List<Finding> findings, Calibration calibration, Recipe recipe) {
        listener.progressed(0);
        plain = plain.or(() -> Optional.of(calibration));
        return compared(techniques, findings, calibration, recipe, quantizer.quantize(calibration, recipe));
    }

    /**
     * Makes a variant whose weights are rounded as it was learned.
     *
     * @param finding what was learned
     * @param weights by layer; others stay as they are in the best so far
     */
    Candidate rounded(Candidate best, Technique technique, Finding finding, Map<String, LearnedWeight> weights) {
        List<Finding> findings = new ArrayList<>(best.findings());
        findings.add(finding);
        Map<String, LearnedWeight> learned = new LinkedHashMap<>(best.recipe().learned());
        learned.putAll(weights);
        return make(
                best.techniquesAnd(technique.wireName()),
                findings,
                best.calibration(),
                best.recipe().withLearned(learned));
    }

    /** Makes a variant of which some layers are not in INT8. */
    Candidate mixed(Candidate start, Technique technique, Map<String, Precision> layers) {
        listener.progressed(0);
        Recipe recipe = start.recipe().withLayers(layers);
        return compared(
                start.techniquesAnd(technique.wireName()),
                start.findings(),
                start.calibration(),
                recipe,
                LayerForms.apply(quantizer.quantize(start.calibration(), recipe), layers));
    }

    /** Compares a variant. */
    Candidate compared(
            List<String> techniques,
            List<Finding> findings,
            Calibration calibration,
            Recipe recipe,
            QuantizedModel made) {
        QuantizedModel quantized = made.withModel(calibration.prepared().shapesDeclaredIn(made.model()));
        calibrateSeconds += quantized.calibrating().toNanos() / 1e9;
        quantizeSeconds += quantized.quantizing().toNanos() / 1e9;
        return new Candidate(
                techniques,
                findings,
                calibration,
                recipe,
                quantized,
                setting.heldOut().compare(quantized.model()));
    }

    /** The accuracy of a variant on the validation samples; measured once. */
    Accuracy accuracy(Candidate candidate) {
        return accuracies.computeIfAbsent(candidate, missing -> setting.gate()
                .measure(candidate.quantized().model()));
    }

    SearchSetting setting() {
        return setting;
    }

    double calibrateSeconds() {
        return calibrateSeconds;
    }

    double quantizeSeconds() {
        return quantizeSeconds;
    }
}
