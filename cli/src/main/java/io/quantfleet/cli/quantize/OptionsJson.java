package io.quantfleet.cli.quantize;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.quantizer.QuantizationOptions;
import io.quantfleet.quantizer.QuantizationOptions.Method;
import io.quantfleet.quantizer.TrainingOptions;
import io.quantfleet.quantizer.search.Technique;
import io.quantfleet.quantizer.train.TrainingSettings;
import java.util.Locale;

/** Options in the JSON form in which the control plane takes them. The seed is not among them: it follows the model. */
final class OptionsJson {
    private OptionsJson() {}

    static String of(QuantizationOptions options) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("method", options.method().wireName())
                .put("calibration", options.calibration().name())
                .put("perTensorWeights", options.perTensorWeights())
                .put("reducedRange", options.reducedRange())
                .put("objective", options.objective().name().toLowerCase(Locale.ROOT))
                .put("calibrationSamples", options.calibrationSamples());
        options.techniques().stream().map(Technique::wireName).sorted().forEach(json.putArray("techniques")::add);
        options.excluded().forEach(json.putArray("excluded")::add);
        if (options.method().inBlocks()) {
            json.put("blockSize", options.weightBlocks().size())
                    .put("asymmetricBlocks", !options.weightBlocks().symmetric())
                    .put("accuracyLevel", options.weightBlocks().accuracyLevel())
                    .put("float16Rest", options.halves());
            options.weightBlocks().encoding().ifPresent(encoding -> json.put("blockEncoding", encoding.label()));
        }
        if (options.method() == Method.GPTQ) {
            json.put("gptqDamping", options.gptq().damping())
                    .put("gptqActivationOrder", options.gptq().activationOrder());
        }
        TrainingOptions training = options.training();
        if (!training.equals(TrainingOptions.USUAL)) {
            json.put("epochs", training.epochs())
                    .put("trainingMinutes", training.time().toMinutes())
                    .put("distillation", training.distillation());
            training.learningRate().ifPresent(rate -> json.put("learningRate", rate));
            TrainingSettings.Method method = training.method();
            json.put("optimizer", method.optimizer().wireName())
                    .put("batch", method.batch())
                    .put("accumulation", method.accumulation())
                    .put("learnedZeroPoints", method.zeroPoints());
            method.patience().ifPresent(epochs -> json.put("patience", epochs));
        }
        options.minAgreement().ifPresent(share -> json.put("minAgreement", share));
        options.likelihood().ifPresent(budget -> {
            json.put("maxPerplexityIncrease", budget.maxIncreasePercent());
            budget.maxDivergence().ifPresent(nats -> json.put("maxDivergence", nats));
        });
        return json.toString();
    }
}
