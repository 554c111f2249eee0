package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.TrainingOptions;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.train.QuantizationAwareTraining;
import io.quantfleet.quantizer.train.Supervision;
import io.quantfleet.quantizer.train.Trained;
import io.quantfleet.quantizer.train.TrainingListener;
import io.quantfleet.quantizer.train.TrainingPoint;
import io.quantfleet.quantizer.train.TrainingSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Trains the best variant: on training samples, by their labels and FP32's answers, or by FP32's answers to the calibration
 * samples where there are no others.
 */
record QatStep(
        Workbench workbench,
        TrainingOptions options,
        Duration time,
        String deviceClass,
        long seed,
        TrainingListener listener,
        Consumer<List<TrainingPoint>> curves)
        implements Step {
    private static final String CHECKPOINT = ".qat";

    @Override
    public Technique technique() {
        return Technique.QAT;
    }

    @Override
    public void enter(Contest contest) {
        Candidate best = contest.best();
        SearchSetting setting = workbench.setting();
        LabelledSamples samples = setting.training().orElse(setting.calibration());
        long start = System.nanoTime();
        Trained trained = new QuantizationAwareTraining(settings(setting), listener)
                .train(
                        best.calibration().prepared(),
                        best.quantized().model(),
                        setting.description(),
                        samples,
                        setting.chosenBy());
        curves.accept(trained.curve());
        QuantizedModel made = best.quantized();
        QuantizedModel model = new QuantizedModel(
                trained.model(),
                made.method() + "-qat",
                made.quantizedNodes(),
                made.leftFloat(),
                made.clips(),
                Duration.ZERO,
                Duration.ofNanos(System.nanoTime() - start));
        contest.challenge(
                technique().wireName(),
                workbench.compared(
                        best.techniquesAnd(technique().wireName()),
                        best.findings(),
                        best.calibration(),
                        best.recipe(),
                        model));
    }

    private TrainingSettings settings(SearchSetting setting) {
        Optional<Path> checkpoint = setting.checkpoints().map(directory -> directory.resolve(deviceClass + CHECKPOINT));
        return new TrainingSettings(options.epochs(), time, options.learningRate(), seed, setting.threads(), checkpoint)
                .withSupervision(Supervision.BOTH)
                .withMethod(options.method());
    }
}
