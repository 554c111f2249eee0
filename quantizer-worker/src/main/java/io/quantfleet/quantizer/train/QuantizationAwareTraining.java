package io.quantfleet.quantizer.train;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.prepare.PreparedModel;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Trains a quantized variant further, with fake quantization where the variant has it (Jacob et al. 2018) and learned step sizes
 * (Esser et al. 2020), and gives it back as an ordinary variant. Ranges begin as calibration found them, weights as FP32 had them.
 * The parameters that were best on held-out samples, judged in ONNX Runtime, are kept: those of the beginning if training gained
 * nothing.
 *
 * <p>With one thread the same settings give the same result. Not for use by several threads.
 */
public final class QuantizationAwareTraining {
    /** By how many points the accuracy of what was trained and that of what is exported may differ. */
    private static final double TOLERATED_POINTS = 0.2;
    /** How many standard deviations answers that differ may add up to, where there are few samples. */
    private static final double CHANCE = 3;

    private static final Duration BETWEEN_CHECKPOINTS = Duration.ofSeconds(30);

    private final TrainingSettings settings;
    private final TrainingListener listener;
    private final Duration betweenCheckpoints;

    /**
     * A training.
     *
     * @param listener hears how it goes, and may stop it
     */
    public QuantizationAwareTraining(TrainingSettings settings, TrainingListener listener) {
        this(settings, listener, BETWEEN_CHECKPOINTS);
    }

    QuantizationAwareTraining(TrainingSettings settings, TrainingListener listener, Duration betweenCheckpoints) {
        this.settings = settings;
        this.listener = listener;
        this.betweenCheckpoints = betweenCheckpoints;
    }

    /**
     * Trains a variant.
     *
     * @param fp32 the model that the variant was made of, which teaches it
     * @param variant with QuantizeLinear and DequantizeLinear
     * @param training samples to learn from; where no answers are known, FP32's alone count
     * @param heldOut other samples, to choose by
     * @throws QuantizerException if this process can't train, the variant has an operator that can't be trained through, or the
     *     listener stopped it
     */
    public Trained train(
            PreparedModel fp32,
            OnnxModel variant,
            ModelDescription description,
            LabelledSamples training,
            LabelledSamples heldOut) {
        TrainingEngine.load(settings.threads());
        listener.progressed(0);
        StepSizes.Untied untied = StepSizes.untie(variant);
        Supervision supervision = Judge.knowsAnswers(training) ? settings.supervision() : Supervision.DISTILLATION;
        checkMemory(description, training, heldOut);
        try (TrainableVariant trainable = TrainableVariant.of(fp32, untied, description, settings.method())) {
            Judge judge = Judge.of(fp32.model(), description, heldOut, settings.threads());
            Optional<OnnxScores> teacher = supervision.usesTeacher()
                    ? Optional.of(OnnxScores.of(
                            fp32.model(), description, training, settings.threads(), done -> listener.progressed(0)))
                    : Optional.empty();
            TrainingLoss loss = new TrainingLoss(
                    supervision,
                    training,
                    teacher,
                    description.scores(),
                    givesProbabilities(fp32.model(), description.output()));
            TrainingRun run = new TrainingRun(
                    settings,
                    listener,
                    trainable,
                    loss,
                    judge,
                    identity(variant, supervision, training),
                    betweenCheckpoints);
            run.toItsEnd();
            OnnxModel exported = trainable.exported();
            return checked(exported, run.curve(), trainable.scores(heldOut), judge.scores(exported), judge);
        }
    }

    // Scores of FP32 and of the variant are kept: those of a language model are many.
    private static void checkMemory(ModelDescription description, LabelledSamples training, LabelledSamples heldOut) {
        long each = (long) description.places() * description.scores() * Float.BYTES;
        long wanted = each * (training.size() + 2L * heldOut.size());
        long allowed = Runtime.getRuntime().maxMemory() / 2;
        if (wanted > allowed) {
            throw new QuantizerException(
                    ReasonCode.MODEL_TOO_LARGE,
                    "what FP32 answers to " + training.size() + " training samples and " + heldOut.size()
                            + " held-out ones takes " + (wanted >> 20) + " MiB, and this process has " + (allowed >> 20)
                            + " MiB for that; train on fewer samples, or give it more memory (-Xmx)");
        }
    }

    // The model's own softmax is undone before the loss.
    private static boolean givesProbabilities(OnnxModel fp32, String output) {
        return fp32.graph()
                .producer(output)
                .filter(maker -> maker.is("Softmax"))
                .isPresent();
    }

    private String identity(OnnxModel variant, Supervision supervision, LabelledSamples training) {
        ByteBuffer bytes = variant.serialized();
        MessageDigest digest = Sha256.newDigest();
        digest.update(bytes);
        return Sha256.ofDigest(digest.digest()) + " " + supervision + " " + training.size() + " " + settings.epochs()
                + " " + settings.rate() + " " + settings.seed() + " " + settings.method();
    }

    // What is exported is computed by other kernels than what was trained; single answers may differ, not the accuracy.
    private static Trained checked(
            OnnxModel exported, List<TrainingPoint> curve, OnnxScores inTraining, OnnxScores asExported, Judge judge) {
        Trained trained = new Trained(exported, curve, judge.accuracy(inTraining), judge.accuracy(asExported));
        double apart = Math.abs(trained.exportedAccuracy() - trained.fakeQuantizedAccuracy());
        double samples = judge.size();
        double byChance = CHANCE * Math.sqrt(samples * (1 - inTraining.agreement(asExported)));
        if (100 * apart > TOLERATED_POINTS && apart * samples > byChance) {
            throw new QuantizerException(
                    ReasonCode.QUANTIZATION_FAILED,
                    String.format(
                            Locale.ROOT,
                            "the trained variant answers %.2f %% of the held-out samples as it should in ONNX Runtime,"
                                    + " but %.2f %% in training; more than %.1f points apart, it is not the model that was"
                                    + " trained",
                            100 * trained.exportedAccuracy(),
                            100 * trained.fakeQuantizedAccuracy(),
                            TOLERATED_POINTS));
        }
        return trained;
    }
}
