package io.quantfleet.quantizer.form;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.dataset.Datasets;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.evaluate.SharedData;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A transformer in every form that needs no calibration: how large, and how often it decides as FP32 does. */
class FormsOnRealModelsTest {

    @Test
    void aTransformerDecidesAsItDid() {
        ModelDescription description = ModelDescription.read(SharedData.file("bert-mr.model.yaml"));
        OnnxModel model = OnnxModel.read(SharedData.file("bert-mr.onnx"));
        try (LabelledSamples samples = Datasets.open(SharedData.file("mr-validation.npz"), description)) {
            PreparedModel prepared = PreparedModel.of(model, samples, Map.of("input_ids", List.of(48L)), false);
            float[] expected = FormRun.run(prepared.model(), samples);
            check(prepared, samples, expected, DynamicInt8.quantize(prepared, DynamicOptions.usual()), 0.99, 0.28);
            check(prepared, samples, expected, WeightOnly.quantize(prepared, WeightOnlyOptions.ofBits(8)), 0.99, 0.30);
            check(prepared, samples, expected, WeightOnly.quantize(prepared, WeightOnlyOptions.ofBits(4)), 0.95, 0.26);
            check(prepared, samples, expected, HalfStorage.quantize(prepared, Set.of()), 0.999, 0.51);
        }
    }

    private static void check(
            PreparedModel prepared,
            LabelledSamples samples,
            float[] expected,
            QuantizedModel variant,
            double least,
            double share) {
        float[] actual = FormRun.run(variant.model(), samples);
        int same = 0;
        for (int i = 0; i < samples.size(); i++) {
            boolean before = expected[2 * i] > expected[2 * i + 1];
            same += before == actual[2 * i] > actual[2 * i + 1] ? 1 : 0;
        }
        double agreement = (double) same / samples.size();
        assertThat(agreement).as(variant.method()).isGreaterThanOrEqualTo(least);
        assertThat((double) variant.model().bytes() / prepared.model().bytes())
                .as(variant.method())
                .isLessThan(share);
    }
}
