package io.quantfleet.quantizer.evaluate;

import com.google.protobuf.ByteString;
import io.quantfleet.protocols.v1.PixelEncoding;
import io.quantfleet.protocols.v1.ProbeElementType;
import io.quantfleet.protocols.v1.ProbeInput;
import io.quantfleet.protocols.v1.ProbeSet;
import io.quantfleet.quantizer.dataset.ImageInput;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.dataset.ModelInput;
import io.quantfleet.quantizer.dataset.Task;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Cuts the probe set out of the validation samples: each label in proportion, which samples of it and in which order
 * by the seed alone. Samples of a language model have no label of their own, and are chosen by the seed among those that have
 * a next token. Stateless but for what it was made with.
 */
public final class ProbeCutter {
    private final ModelDescription description;
    private final LabelledSamples samples;

    public ProbeCutter(ModelDescription description, LabelledSamples samples) {
        this.description = description;
        this.samples = samples;
    }

    /**
     * Chooses samples.
     *
     * @param count how many; all of them if there are fewer
     * @param seed makes the choice repeatable
     * @return their numbers, in the order of the probe set
     */
    public int[] choose(int count, long seed) {
        if (count < 1) {
            throw new IllegalArgumentException("a probe set has at least one sample, not " + count);
        }
        boolean classes = description.task() == Task.CLASSIFICATION;
        List<Integer> all = new ArrayList<>(IntStream.range(0, samples.size())
                .filter(sample -> classes || hasAnswer(sample))
                .boxed()
                .toList());
        Random random = new Random(seed);
        Collections.shuffle(all, random);
        // The sort is stable: within a label the order stays random.
        if (classes) {
            all.sort(Comparator.comparingInt(samples::label));
        }
        int wanted = Math.min(count, all.size());
        List<Integer> chosen = new ArrayList<>();
        for (int i = 0; i < wanted; i++) {
            chosen.add(all.get((int) ((2L * i + 1) * all.size() / (2L * wanted))));
        }
        Collections.shuffle(chosen, random);
        return chosen.stream().mapToInt(Integer::intValue).toArray();
    }

    private boolean hasAnswer(int sample) {
        return IntStream.of(samples.targets(sample)).anyMatch(target -> target != LabelledSamples.NO_TARGET);
    }

    /**
     * Puts the chosen samples together.
     *
     * @param chosen numbers of samples
     * @param reference what FP32 chose for them
     * @throws io.quantfleet.quantizer.QuantizerException if a sample can't be read
     */
    public ProbeSet cut(int[] chosen, Predictions reference) {
        ProbeSet.Builder probes = ProbeSet.newBuilder()
                .setSamples(chosen.length)
                .setOutput(description.output())
                .addAllLabelNames(description.labels());
        int places = description.places();
        if (description.task() == Task.LANGUAGE_MODEL) {
            probes.setPlaces(places);
        }
        for (int sample : chosen) {
            int[] targets = samples.targets(sample);
            for (int place = 0; place < places; place++) {
                probes.addLabels(targets[place]).addReference(reference.of(sample * places + place));
            }
        }
        for (ModelInput input : description.inputs()) {
            probes.addInputs(input(input, chosen));
        }
        return probes.build();
    }

    private ProbeInput input(ModelInput input, int[] chosen) {
        ByteString.Output data = ByteString.newOutput();
        for (int sample : chosen) {
            byte[] compact = samples.compact(sample, input.name());
            data.write(compact, 0, compact.length);
        }
        ProbeInput.Builder probe = ProbeInput.newBuilder()
                .setName(input.name())
                .setType(type(input))
                .addAllShape(input.sampleShape());
        return input.match(
                        image -> probe.setPixels(pixels(image, data.toByteString())),
                        tensor -> probe.setRaw(data.toByteString()))
                .build();
    }

    private static PixelEncoding pixels(ImageInput image, ByteString data) {
        return PixelEncoding.newBuilder()
                .setData(data)
                .setScale(image.scale())
                .addAllMean(image.mean())
                .addAllStd(image.std())
                .setChannelsLast(image.layout() == ImageInput.Layout.NHWC)
                .build();
    }

    private static ProbeElementType type(ModelInput input) {
        return switch (input.type()) {
            case FLOAT32 -> ProbeElementType.PROBE_ELEMENT_TYPE_FLOAT32;
            case INT64 -> ProbeElementType.PROBE_ELEMENT_TYPE_INT64;
            case INT32 -> ProbeElementType.PROBE_ELEMENT_TYPE_INT32;
            default -> throw new IllegalStateException("no description has inputs of " + input.type());
        };
    }
}
