package io.quantfleet.quantizer.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.quantizer.calibration.Histogram;
import io.quantfleet.quantizer.evaluate.Fidelity;
import io.quantfleet.quantizer.quantize.FloatLayer;
import io.quantfleet.quantizer.quantize.LayerReconstruction;
import io.quantfleet.quantizer.quantize.TensorClip;
import io.quantfleet.quantizer.search.ParetoPoint;
import io.quantfleet.quantizer.search.Rung;
import io.quantfleet.quantizer.search.Trail;
import io.quantfleet.quantizer.search.Trial;
import io.quantfleet.quantizer.sensitivity.LayerSensitivity;
import io.quantfleet.quantizer.sensitivity.SensitivityProfile;
import io.quantfleet.quantizer.technique.Finding;
import io.quantfleet.quantizer.train.TrainingPoint;
import java.util.List;

/** The JSON form of how a variant came about, as members of the variant's own object. */
final class TrailJson {
    /** How many bars a histogram has in reports. */
    private static final int BARS = 64;

    private TrailJson() {}

    static void write(ObjectNode node, Trail trail) {
        strings(node.putArray("techniques"), trail.techniques());
        node.putObject("samples").put("calibration", trail.calibrationSamples()).put("heldOut", trail.heldOutSamples());
        ArrayNode rungs = node.putArray("rungs");
        trail.rungs().forEach(rung -> rung(rungs.addObject(), rung));
        ArrayNode left = node.putArray("leftFloat");
        trail.leftFloat().forEach(layer -> layer(left.addObject(), layer));
        ArrayNode clips = node.putArray("clips");
        trail.clips().forEach(clip -> clip(clips.addObject(), clip));
        trail.sensitivity().ifPresent(profile -> sensitivity(node.putObject("sensitivity"), profile));
        if (!trail.training().isEmpty()) {
            ArrayNode training = node.putArray("training");
            trail.training().forEach(point -> training(training.addObject(), point));
        }
        ArrayNode front = node.putArray("pareto");
        trail.paretoFront().forEach(point -> point(front.addObject(), point));
        reconstructions(node, trail.reconstructions());
    }

    /** Left out where there are none. */
    static void reconstructions(ObjectNode node, List<LayerReconstruction> reconstructions) {
        if (!reconstructions.isEmpty()) {
            ArrayNode layers = node.putArray("reconstruction");
            reconstructions.forEach(layer -> reconstruction(layers.addObject(), layer));
        }
    }

    private static void training(ObjectNode node, TrainingPoint point) {
        node.put("epoch", point.epoch());
        ReportJson.figure(node, "fraction", ReportJson.rounded(point.fraction(), 10_000));
        ReportJson.figure(node, "seconds", ReportJson.rounded(point.seconds(), 10));
        ReportJson.figure(node, "loss", ReportJson.rounded(point.loss(), 1_000_000));
        ReportJson.figure(node, "accuracy", ReportJson.rounded(point.accuracy(), 10_000));
    }

    private static void strings(ArrayNode array, Iterable<String> texts) {
        texts.forEach(array::add);
    }

    private static void rung(ObjectNode node, Rung rung) {
        node.put("name", rung.name());
        ReportJson.figure(node, "gainDb", ReportJson.rounded(rung.gainDb(), 100));
        node.put("seconds", ReportJson.rounded(rung.seconds(), 1000)).put("bytes", rung.bytes());
        fidelity(node.putObject("heldOut"), rung.after());
        rung.validation().ifPresent(accuracy -> ReportJson.accuracy(node.putObject("validation"), accuracy));
        node.put("goalMet", rung.goalMet());
        ArrayNode trials = node.putArray("trials");
        for (Trial trial : rung.trials()) {
            ObjectNode each = trials.addObject().put("name", trial.name()).put("taken", trial.taken());
            fidelity(each, trial.heldOut());
        }
        ArrayNode findings = node.putArray("findings");
        for (Finding finding : rung.findings()) {
            findings.addObject()
                    .put("technique", finding.technique())
                    .put("node", finding.node())
                    .put("text", finding.text());
        }
    }

    private static void fidelity(ObjectNode node, Fidelity fidelity) {
        ReportJson.figure(node, "sqnrDb", ReportJson.rounded(fidelity.sqnrDb(), 100));
        ReportJson.figure(node, "divergence", ReportJson.rounded(fidelity.divergence(), 10_000_000));
        ReportJson.figure(node, "closenessDb", ReportJson.rounded(fidelity.closenessDb(), 100));
        node.put("agreement", fidelity.agreement()).put("lossPoints", fidelity.lossPoints());
    }

    private static void layer(ObjectNode node, FloatLayer layer) {
        node.put("name", layer.name()).put("operator", layer.operator()).put("reason", layer.reason());
    }

    private static void clip(ObjectNode node, TensorClip clip) {
        node.put("tensor", clip.tensor()).put("method", clip.method());
        node.putArray("seen").add(clip.seen().min()).add(clip.seen().max());
        node.putArray("chosen").add(clip.chosen().min()).add(clip.chosen().max());
        clip.histogram().ifPresent(histogram -> {
            ArrayNode bars = node.putArray("histogram");
            for (long count : bars(histogram, clip.seen().min(), clip.seen().max())) {
                bars.add(count);
            }
        });
    }

    // Bars of equal width from the least to the greatest value.
    private static long[] bars(Histogram histogram, double least, double greatest) {
        long[] bars = new long[BARS];
        double width = Math.max((greatest - least) / BARS, Double.MIN_NORMAL);
        for (int bin = histogram.firstBin(); bin < histogram.endBin(); bin++) {
            int bar = (int) ((histogram.middle(bin) - least) / width);
            bars[Math.max(0, Math.min(BARS - 1, bar))] += histogram.count(bin);
        }
        return bars;
    }

    private static void sensitivity(ObjectNode node, SensitivityProfile profile) {
        node.put("samples", profile.samples()).put("seconds", ReportJson.rounded(profile.seconds(), 1000));
        fidelity(node.putObject("quantized"), profile.quantized());
        ArrayNode layers = node.putArray("layers");
        for (LayerSensitivity layer : profile.layers()) {
            ObjectNode each = layers.addObject()
                    .put("name", layer.name())
                    .put("operator", layer.operator())
                    .put("weights", layer.weights());
            fidelity(each.putObject("alone"), layer.alone());
            fidelity(each.putObject("spared"), layer.spared());
        }
    }

    private static void reconstruction(ObjectNode node, LayerReconstruction layer) {
        node.put("layer", layer.layer());
        ReportJson.figure(node, "roundedDb", ReportJson.rounded(layer.roundedDb(), 100));
        ReportJson.figure(node, "chosenDb", ReportJson.rounded(layer.chosenDb(), 100));
    }

    private static void point(ObjectNode node, ParetoPoint point) {
        node.put("name", point.name());
        ObjectNode layers = node.putObject("layers");
        point.layers().forEach((layer, precision) -> layers.put(layer, precision.label()));
        node.put("bytes", point.bytes());
        ReportJson.figure(node, "latencyMs", ReportJson.rounded(point.latencyMs(), 10_000));
        fidelity(node.putObject("heldOut"), point.heldOut());
        node.put("onFront", point.onFront()).put("taken", point.taken());
    }
}
