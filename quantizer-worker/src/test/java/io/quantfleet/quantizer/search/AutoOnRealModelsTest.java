package io.quantfleet.quantizer.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.ModelFiles;
import io.quantfleet.quantizer.QuantizationOptions;
import io.quantfleet.quantizer.QuantizationRequest;
import io.quantfleet.quantizer.QuantizationResult;
import io.quantfleet.quantizer.Quantizer;
import io.quantfleet.quantizer.evaluate.Accuracy;
import io.quantfleet.quantizer.evaluate.LatencyPlan;
import io.quantfleet.quantizer.evaluate.SharedData;
import io.quantfleet.quantizer.report.VariantReport;
import io.quantfleet.quantizer.target.ProfileReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code auto} promises, on real models; minutes of work, so only with {@code -DexcludedGroups=}. */
@Tag("slow")
class AutoOnRealModelsTest {
    @TempDir
    Path output;

    @ParameterizedTest(name = "{0} for {1}, one scale for each weight: {2}")
    @CsvSource({
        "resnet20-cifar10, rpi-cpu, false, 0.5, 0.97",
        "resnet20-cifar10, phone-npu, true, 0.5, 0.97",
        "mobilenetv2-cifar10, rpi-cpu, false, 0.5, 0.98",
        "mobilenetv2-uneven-cifar10, rpi-cpu, false, 0.5, 0.98",
        "mobilenetv2-uneven-cifar10, phone-npu, true, 0.5, 0.98",
        "bert-mr, rpi-cpu, false, 0.5, 0.99",
        "bert-mr, phone-npu, false, 0.5, 0.99"
    })
    void losesNoMoreThanItMay(String model, String deviceClass, boolean perTensor, double points, double agreement) {
        boolean text = model.startsWith("bert");
        QuantizationRequest request = new QuantizationRequest(
                new ModelFiles(
                        SharedData.file(model + ".model.yaml"),
                        SharedData.file(text ? "mr-train.npz" : "cifar10-calibration-500.zip"),
                        SharedData.file(text ? "mr-validation.npz" : "cifar10-validation-5000.zip")),
                List.of(new ProfileReader().builtIn(deviceClass)),
                QuantizationOptions.builder().perTensorWeights(perTensor).build(),
                output);

        QuantizationResult result = Quantizer.builder()
                .latency(new LatencyPlan(0, 1, 1, Duration.ZERO))
                .build()
                .quantize(request, progress -> {});

        VariantReport report = result.variants().get(0).report();
        Accuracy accuracy = report.evaluation().accuracy();
        assertThat(report.verdict().ready()).isTrue();
        assertThat(accuracy.lossPoints()).isLessThanOrEqualTo(points);
        assertThat(accuracy.agreement()).isGreaterThanOrEqualTo(agreement);
        assertThat((double) report.bytes() / result.fp32Bytes()).isLessThanOrEqualTo(0.30);
    }
}
