package io.quantfleet.cli.quantize;

import io.quantfleet.cli.terminal.Progress;
import io.quantfleet.quantizer.QuantizationListener;
import io.quantfleet.quantizer.QuantizationProgress;
import io.quantfleet.quantizer.search.Rung;
import io.quantfleet.quantizer.train.TrainingPoint;
import java.util.Locale;
import java.util.Optional;

/** Shows a request's progress as steps on the terminal, in full tenths so that a log does not fill. */
final class QuantizeSteps implements QuantizationListener {
    private static final int SECONDS_PER_MINUTE = 60;

    private final Progress progress;
    private final Cancellation cancellation;
    private int percent;
    private String title = "";
    private Optional<Progress.Step> step = Optional.empty();

    QuantizeSteps(Progress progress, Cancellation cancellation) {
        this.progress = progress;
        this.cancellation = cancellation;
    }

    @Override
    public void progressed(QuantizationProgress now) {
        cancellation.check();
        String next = title(now);
        if (!next.equals(title)) {
            finish();
            title = next;
            step = Optional.of(progress.begin(next));
        }
        int reached = 10 * (int) Math.floor(now.fraction() * 10);
        if (reached > percent) {
            percent = reached;
            step.ifPresent(current -> current.say(percent + " % of all" + timeLeft(now.fraction())));
        }
    }

    // From the time it took until here; steps differ, so it is no more than an estimate.
    private String timeLeft(double fraction) {
        if (fraction >= 1) {
            return "";
        }
        long seconds = Math.round(progress.elapsed().toMillis() / 1000.0 * (1 - fraction) / fraction);
        return seconds < 2 * SECONDS_PER_MINUTE
                ? ", about " + Math.max(1, seconds) + " s left"
                : ", about " + Math.round((double) seconds / SECONDS_PER_MINUTE) + " min left";
    }

    @Override
    public void climbed(String deviceClass, Rung rung) {
        String gained = rung.before().isEmpty()
                ? String.format(Locale.ROOT, "%.1f dB", rung.after().sqnrDb())
                : String.format(Locale.ROOT, "%+.1f dB", rung.gainDb());
        String accuracy = rung.validation()
                .map(measured -> String.format(Locale.ROOT, ", loses %.2f points", measured.lossPoints()))
                .orElse(", nothing gained");
        step.ifPresent(current -> current.say(rung.name() + ": " + gained + accuracy));
    }

    @Override
    public void trained(String deviceClass, TrainingPoint point) {
        step.ifPresent(current -> current.say(String.format(
                Locale.ROOT,
                "training, epoch %d: loss %.4f, accuracy %.2f %% on held-out samples",
                point.epoch(),
                point.loss(),
                100 * point.accuracy())));
    }

    /** Ends the last step. */
    void finish() {
        step.ifPresent(current -> current.done(""));
        step = Optional.empty();
    }

    private static String title(QuantizationProgress now) {
        String target = now.deviceClass().map(name -> " for " + name).orElse("");
        return switch (now.step()) {
            case READ -> "Read the model and its data sets";
            case CALIBRATE -> "Calibrate" + target;
            case QUANTIZE -> "Quantize" + target;
            case EVALUATE -> "Evaluate beside FP32";
        };
    }
}
