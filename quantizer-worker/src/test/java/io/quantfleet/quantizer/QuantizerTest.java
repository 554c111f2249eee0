package io.quantfleet.quantizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.quantizer.QuantizationProgress.Step;
import io.quantfleet.quantizer.cache.ContentCache;
import io.quantfleet.quantizer.evaluate.LatencyPlan;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.search.Rung;
import io.quantfleet.quantizer.search.Trail;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.ProfileReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuantizerTest {
    private static final LatencyPlan QUICK = new LatencyPlan(0, 1, 1, Duration.ZERO);
    private static final List<DeviceClassProfile> PROFILES =
            Stream.of("rpi-cpu", "gpu").map(new ProfileReader()::builtIn).toList();

    @TempDir
    Path folder;

    private ColourModel model;
    private Path output;

    @BeforeEach
    void modelAndOutput() throws IOException {
        model = new ColourModel(Files.createDirectories(folder.resolve("model")));
        output = folder.resolve("deep/output");
    }

    // Makes "variants" that are the original.
    private static VariantMaker.MadeVariant copy(
            VariantMaker.Source source, Path target, VariantMaker.MakingListener listener) {
        listener.progressed(Step.CALIBRATE, 0.5);
        listener.progressed(Step.QUANTIZE, 1);
        source.original().write(target);
        return new VariantMaker.MadeVariant(Trail.of("copied"), 1.5, 0.5);
    }

    private static Quantizer copier() {
        return copier((variant, profile) -> List.of());
    }

    private static Quantizer copier(Inspection inspection) {
        return new Quantizer(
                (source, profile, target, listener) -> copy(source, target, listener),
                inspection,
                1,
                QUICK,
                Optional.empty());
    }

    private QuantizationRequest request() {
        return new QuantizationRequest(
                model.files(),
                PROFILES,
                QuantizationOptions.builder().probeSamples(6).build(),
                output);
    }

    private List<String> outputs() throws IOException {
        try (Stream<Path> files = Files.list(output)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void writesAVariantForEachDeviceClassWithItsReport() throws IOException {
        QuantizationResult result = copier().quantize(request(), progress -> {});

        assertThat(outputs()).containsExactly("colour.gpu.onnx", "colour.rpi-cpu.onnx", "report.html");
        QuantizedVariant first = result.variants().get(0);
        assertThat(first.file()).isEqualTo(output.resolve("colour.rpi-cpu.onnx"));
        assertThat(first.report().deviceClass()).isEqualTo("rpi-cpu");
        assertThat(first.report().sha256()).isEqualTo(Sha256.of(first.file()));
        assertThat(first.report().bytes()).isEqualTo(Files.size(first.file()));
        assertThat(first.report().verdict().ready()).isTrue();
        assertThat(first.probeSet().getSamples()).isEqualTo(6);
        assertThat(first.probeSet().getLabelsList()).contains(0, 1);
        assertThat(first.probeAccuracy()).isEqualTo(1.0);
    }

    private void quantizeFor(DeviceClassProfile profile, Path cache) {
        Quantizer quantizer = new Quantizer(
                new LadderMaker(),
                Inspection.LINTER,
                1,
                QUICK,
                Optional.of(new ContentCache(cache, 1 << 20, Sha256.of(new byte[] {1}))));
        QuantizationOptions options = QuantizationOptions.builder()
                .method(QuantizationOptions.Method.STATIC)
                .techniques(Set.of())
                .build();
        quantizer.quantize(
                new QuantizationRequest(model.files(), List.of(profile), options, folder.resolve(profile.name())),
                progress -> {});
    }

    private static Map<Path, Sha256> contents(Path directory) throws IOException {
        Map<Path, Sha256> contents = new HashMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                contents.put(file, Sha256.of(file));
            }
        }
        return contents;
    }

    @Test
    void deviceClassesOfOneModelCalibrateOnce() throws IOException {
        Path cache = folder.resolve("cache");
        quantizeFor(new ProfileReader().builtIn("rpi-cpu"), cache);
        Map<Path, Sha256> kept = contents(cache);

        quantizeFor(new ProfileReader().builtIn("x86-avx2"), cache);

        assertThat(kept).hasSize(1);
        assertThat(contents(cache)).isEqualTo(kept);
    }

    @Test
    void reportsAllVariantsAsJson() throws IOException {
        JsonNode json = new ObjectMapper()
                .readTree(copier().quantize(request(), progress -> {}).toJson());

        assertThat(json.get("model").asText()).isEqualTo("colour");
        assertThat(json.get("fp32Bytes").asLong())
                .isEqualTo(Files.size(model.description.resolveSibling("colour.onnx")));
        assertThat(json.get("variants")).hasSize(2);
        assertThat(json.at("/variants/1/deviceClass").asText()).isEqualTo("gpu");
        assertThat(json.at("/variants/1/method").asText()).isEqualTo("copied");
        assertThat(json.at("/variants/1/accuracy/samples").asInt()).isEqualTo(20);
        assertThat(json.at("/variants/1/seconds/calibrate").asDouble()).isEqualTo(1.5);
    }

    @Test
    void letsOthersReadWhatItWrites() throws IOException {
        Path ordinary = Files.createFile(folder.resolve("ordinary"));

        QuantizedVariant variant =
                copier().quantize(request(), progress -> {}).variants().get(0);

        assertThat(Files.getPosixFilePermissions(variant.file())).isEqualTo(Files.getPosixFilePermissions(ordinary));
    }

    @Test
    void goesForwardThroughItsSteps() {
        List<QuantizationProgress> heard = new ArrayList<>();

        copier().quantize(request(), heard::add);

        assertThat(heard).extracting(QuantizationProgress::fraction).isSorted().contains(1.0);
        assertThat(heard).extracting(QuantizationProgress::step).contains(Step.values());
        assertThat(heard)
                .contains(new QuantizationProgress(
                        Step.QUANTIZE, Optional.of("rpi-cpu"), heard.get(3).fraction()));
    }

    @Test
    void leavesNothingWhereOneVariantFails() throws IOException {
        QuantizerException failure = new QuantizerException(ReasonCode.OPERATOR_UNSUPPORTED, "no such operator");
        Quantizer failing = new Quantizer(
                (source, profile, target, listener) -> {
                    if (profile.name().equals("gpu")) {
                        throw failure;
                    }
                    return copy(source, target, listener);
                },
                (variant, profile) -> List.of(),
                1,
                QUICK,
                Optional.empty());

        assertThatThrownBy(() -> failing.quantize(request(), progress -> {})).isSameAs(failure);
        assertThat(folder.resolve("deep")).doesNotExist();

        Files.createDirectories(output);
        Files.writeString(output.resolve("mine.txt"), "stays");
        assertThatThrownBy(() -> failing.quantize(request(), progress -> {})).isSameAs(failure);
        assertThat(outputs()).containsExactly("mine.txt");
    }

    @Test
    void leavesNothingWhereItIsStopped() {
        QuantizerException stop = new QuantizerException(ReasonCode.CANCELLED, "stop");

        assertThatThrownBy(() -> copier().quantize(request(), progress -> {
                    if (progress.step() == Step.EVALUATE) {
                        throw stop;
                    }
                }))
                .isSameAs(stop);
        assertThat(folder.resolve("deep")).doesNotExist();
    }

    @Test
    void stopsInTheMiddleOfTheLadderWhenItIsCancelled() {
        CancellationToken cancellation = new CancellationToken();
        List<String> rungs = new ArrayList<>();

        assertThatThrownBy(() -> Quantizer.builder()
                        .threads(1)
                        .latency(QUICK)
                        .build()
                        .quantize(
                                request(),
                                new QuantizationListener() {
                                    @Override
                                    public void progressed(QuantizationProgress progress) {}

                                    @Override
                                    public void climbed(String deviceClass, Rung rung) {
                                        rungs.add(rung.name());
                                        cancellation.cancel();
                                    }
                                },
                                cancellation))
                .isInstanceOfSatisfying(
                        QuantizerException.class, e -> assertThat(e.code()).isEqualTo(ReasonCode.CANCELLED));
        assertThat(rungs).containsExactly("calibration-minmax");
        assertThat(folder.resolve("deep")).doesNotExist();
    }

    @Test
    void publishesNothingThatTheTargetCanNotRun() {
        assertThatThrownBy(() -> copier(Inspection.LINTER).quantize(request(), progress -> {}))
                .hasMessageContaining("nothing in it is quantized")
                .isInstanceOfSatisfying(
                        QuantizerException.class, e -> assertThat(e.code()).isEqualTo(ReasonCode.PROFILE_VIOLATED));
        assertThat(folder.resolve("deep")).doesNotExist();
    }

    @Test
    void replacesTheVariantsOfAnEarlierRun() throws IOException {
        Files.createDirectories(output);
        Files.writeString(output.resolve("colour.gpu.onnx"), "old");

        copier().quantize(request(), progress -> {});

        assertThat(outputs()).containsExactly("colour.gpu.onnx", "colour.rpi-cpu.onnx", "report.html");
        assertThat(output.resolve("colour.gpu.onnx")).binaryContent().isEqualTo(ColourModel.model());
    }

    @Test
    void refusesADescriptionWhoseModelIsMissing() throws IOException {
        Files.delete(model.description.resolveSibling("colour.onnx"));

        assertRefused(ReasonCode.ARTIFACT_MISSING)
                .hasMessageEndingWith("colour.onnx, which colour.model.yaml names; put it beside the description");
    }

    @Test
    void refusesADescriptionThatDoesNotFitTheGraph() throws IOException {
        Files.write(
                model.description.resolveSibling("colour.onnx"),
                TinyModel.opset(17)
                        .input("image", -1, 3, 8, 8)
                        .node("Flatten", List.of("image"), "scores")
                        .output("scores", -1, 192)
                        .proto()
                        .toByteArray());

        assertRefused(ReasonCode.DESCRIPTION_MISMATCH)
                .hasMessage("the description of colour does not fit colour.onnx: input 'image' is [?, 3, 4, 4] in the"
                        + " description but [?, 3, 8, 8] in the graph; output 'scores' is [?, 192] in the graph, but"
                        + " there are 2 labels: it must hold one score per label");
    }

    @Test
    void refusesAWrongDataSetBeforeAnyWork() throws IOException {
        Files.createDirectories(model.validation.resolve("green"));
        Files.copy(model.validation.resolve("red/0.png"), model.validation.resolve("green/0.png"));

        assertRefused(ReasonCode.DATASET_INVALID).hasMessageContaining("the folder 'green' (of 'green/0.png')");
    }

    @Test
    void namesASampleThatCanNotBeRead() throws IOException {
        Files.writeString(model.validation.resolve("red/3.png"), "no picture");

        assertRefused(ReasonCode.DATASET_INVALID)
                .hasMessageEndingWith("validation: the image 'red/3.png' is neither a JPEG nor a PNG, whatever its name"
                        + " says; replace or remove it");
    }

    @Test
    void refusesTwoProfilesOfOneName() {
        assertThatThrownBy(() -> new QuantizationRequest(
                        model.files(),
                        List.of(PROFILES.get(0), PROFILES.get(0)),
                        QuantizationOptions.defaults(),
                        output))
                .hasMessage("the device class rpi-cpu is asked for twice; give each name once");
    }

    private org.assertj.core.api.AbstractThrowableAssert<?, ?> assertRefused(ReasonCode code) {
        var assertion = assertThatThrownBy(() -> copier().quantize(request(), progress -> {}))
                .isInstanceOfSatisfying(
                        QuantizerException.class, e -> assertThat(e.code()).isEqualTo(code));
        assertThat(folder.resolve("deep")).doesNotExist();
        return assertion;
    }
}
