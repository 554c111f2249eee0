package io.quantfleet.quantizer.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.lint.LintFinding;
import io.quantfleet.quantizer.lint.TargetLinter;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.Precision;
import io.quantfleet.quantizer.target.ProfileReader;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is done if static INT8 of the whole model is not accurate enough. */
class CostlyRungsTest {
    private static final AccuracyGoal NEARLY_ALL = new AccuracyGoal(2, Optional.of(0.98));
    private static final AccuracyGoal MOST = new AccuracyGoal(8, Optional.of(0.92));
    private static final AccuracyGoal EASY = new AccuracyGoal(60, Optional.empty());
    private static final AccuracyGoal IMPOSSIBLE = new AccuracyGoal(0, Optional.of(1.0));
    private static final Set<Technique> ONLY_COSTLY = EnumSet.of(Technique.MIXED_PRECISION, Technique.FORMS);

    private static DeviceClassProfile profile(String name, String runtime, String layers, String forms) {
        return new ProfileReader().read("""
                name: %s
                title: A class for tests
                runtime: %s
                weights: {type: int8, symmetric: true, perChannel: []}
                activations: {type: uint8, symmetric: false}
                forms: %s
                layers: %s
                operators: [Conv, Gemm, MatMul, Add, Relu, Softmax, Reshape, Transpose]
                everyOperator: false
                staticShapes: false
                """.formatted(name, runtime, forms, layers), name + ".yaml");
    }

    private static List<String> errors(SearchResult found, DeviceClassProfile profile) {
        return TargetLinter.lint(found.variant().model(), profile).stream()
                .filter(LintFinding::isError)
                .map(LintFinding::message)
                .toList();
    }

    @Test
    void layersGetSixteenBitFloatsWhereTheProfileAllowsThem() {
        // From a table, so that it is the same layers at every run.
        String layers = """
                [int8, float16]
                latencyTable:
                  - {operator: '*', precision: float16, microsPerMillion: 500, overheadMicros: 2}
                  - {operator: '*', precision: int8, microsPerMillion: 250, overheadMicros: 1}""";
        DeviceClassProfile profile = profile("halves", "tensorrt", layers, "[static-int8]");
        SearchOnNet search =
                new SearchOnNet("uneven depthwise", profile).goal(NEARLY_ALL).techniques(ONLY_COSTLY);

        SearchResult found = search.search();

        assertThat(search.last().gainDb()).isPositive();
        assertThat(found.trail().techniques()).contains("mixed-precision");
        ParetoPoint taken = taken(found);
        assertThat(taken.layers().values()).isNotEmpty().containsOnly(Precision.FLOAT16);
        assertThat(errors(found, profile)).isEmpty();
    }

    @Test
    void layersGetFourBitWeightsWhereThatSavesBytes() {
        DeviceClassProfile profile =
                profile("fours", "onnxruntime-cpu", "[int8, float32, int4-weights]", "[static-int8]");
        SearchOnNet search = new SearchOnNet("transformer", profile)
                .goal(NEARLY_ALL)
                .objective(Objective.BYTES)
                .techniques(ONLY_COSTLY);

        SearchResult found = search.search();

        assertThat(found.trail().paretoFront()).anyMatch(point -> point.layers().containsValue(Precision.INT4_WEIGHTS));
        assertThat(errors(found, profile)).isEmpty();
    }

    @Test
    void anotherFormOfTheProfileIsTakenIfItIsEnough() {
        DeviceClassProfile profile = profile(
                "dynamic", "onnxruntime-cpu", "[int8, float32]", "[static-int8, dynamic-int8, weight-only-int8]");
        SearchOnNet search =
                new SearchOnNet("transformer", profile).goal(NEARLY_ALL).techniques(EnumSet.of(Technique.FORMS));

        SearchResult found = search.search();

        assertThat(search.last().name()).isEqualTo("forms");
        assertThat(search.last().goalMet()).isTrue();
        assertThat(found.trail().method()).startsWith("auto-").containsAnyOf("dynamic-int8", "weight-only-int8");
        assertThat(search.last().trials()).hasSize(2);
        assertThat(errors(found, profile)).isEmpty();
    }

    @Test
    void theClassicalAssignmentIsTriedForATransformerAlone() {
        DeviceClassProfile profile = profile(
                "classical",
                "onnxruntime-cpu",
                "[int8, float32]",
                "[static-int8, weight-only-int8, weight-only-int4, fp16]");
        SearchOnNet transformer =
                new SearchOnNet("transformer", profile).goal(IMPOSSIBLE).techniques(EnumSet.of(Technique.FORMS));
        SearchOnNet convolutions =
                new SearchOnNet("uneven depthwise", profile).goal(IMPOSSIBLE).techniques(EnumSet.of(Technique.FORMS));

        SearchResult found = transformer.search();
        convolutions.search();

        assertThat(transformer.last().trials())
                .extracting(Trial::name)
                .containsExactly(
                        "weight-only-int8-b32",
                        "weight-only-int8-b32-fp16-rest",
                        "weight-only-int4-b32",
                        "weight-only-int4-b32-fp16-rest");
        assertThat(convolutions.last().trials()).extracting(Trial::name).noneMatch(name -> name.endsWith("-fp16-rest"));
        assertThat(errors(found, profile)).isEmpty();
    }

    @Test
    void dynamicRangesAreTriedForMatrixProductsThatAreAccurateEnoughAlready() {
        DeviceClassProfile profile = profile(
                "faster", "onnxruntime-cpu", "[int8, float32]", "[static-int8, dynamic-int8, weight-only-int8]");
        SearchOnNet search = new SearchOnNet("transformer", profile).goal(EASY).techniques(EnumSet.of(Technique.FORMS));
        SearchOnNet bytes = new SearchOnNet("transformer", profile)
                .goal(EASY)
                .objective(Objective.BYTES)
                .techniques(EnumSet.of(Technique.FORMS));
        SearchOnNet convolutions =
                new SearchOnNet("uneven depthwise", profile).goal(EASY).techniques(EnumSet.of(Technique.FORMS));

        SearchResult found = search.search();
        bytes.search();
        convolutions.search();

        // Which is faster is measured, and may be either.
        assertThat(search.last().trials()).extracting(Trial::name).containsExactly("dynamic-int8");
        assertThat(found.trail().paretoFront()).anyMatch(ParetoPoint::taken);
        assertThat(bytes.rungs()).noneMatch(rung -> rung.name().equals("forms"));
        assertThat(convolutions.rungs()).noneMatch(rung -> rung.name().equals("forms"));
    }

    @Test
    void sixteenBitActivationsHelpWhereNothingMayStayInFloats() {
        DeviceClassProfile profile = new ProfileReader().builtIn("qnn-htp");
        // Without mixed precision, which goes by measured times: whether that is enough by itself differs by machine.
        SearchOnNet search = new SearchOnNet("transformer", profile).goal(MOST).techniques(EnumSet.of(Technique.FORMS));

        SearchResult found = search.search();

        assertThat(search.rungs().get(0).goalMet()).isFalse();
        assertThat(search.last().goalMet()).isTrue();
        assertThat(found.trail().method()).isEqualTo("auto-a16w8-minmax");
        assertThat(errors(found, profile)).isEmpty();
    }

    @Test
    void theLayerThatNeedsSixteenBitActivationsGetsThem() {
        DeviceClassProfile profile = new ProfileReader().builtIn("phone-npu");
        SearchOnNet search = new SearchOnNet("one hard layer", profile)
                .goal(new AccuracyGoal(6, Optional.of(0.94)))
                .techniques(EnumSet.of(Technique.MIXED_PRECISION));

        SearchResult found = search.search();

        assertThat(search.rungs().get(0).goalMet()).isFalse();
        assertThat(search.last().goalMet()).isTrue();
        assertThat(taken(found).layers()).hasSize(1).containsValue(Precision.A16W8);
        assertThat(taken(found).name()).isEqualTo("1 layer in a16w8");
        assertThat(found.trail().clips())
                .anyMatch(
                        clip -> clip.method().equals("minmax") && clip.chosen().equals(clip.seen()));
        assertThat(errors(found, profile)).isEmpty();
    }

    @Test
    void aTableOfTheDeviceClassDecidesWhatAPrecisionCosts() {
        String layers = """
                [int8, float16, float32]
                latencyTable:
                  - {operator: '*', precision: float16, microsPerMillion: 900, overheadMicros: 50}
                  - {operator: '*', precision: float32, microsPerMillion: 1, overheadMicros: 1}
                  - {operator: '*', precision: int8, microsPerMillion: 1, overheadMicros: 1}""";
        DeviceClassProfile profile = profile("tabled", "tensorrt", layers, "[static-int8]");
        SearchOnNet search =
                new SearchOnNet("uneven depthwise", profile).goal(NEARLY_ALL).techniques(ONLY_COSTLY);

        SearchResult found = search.search();

        assertThat(taken(found).layers().values()).isNotEmpty().containsOnly(Precision.FLOAT32);
        double nodes = found.trail().paretoFront().get(0).latencyMs() * 1000;
        assertThat(nodes).isBetween(1.0, 50.0);
    }

    @Test
    void theBestThatWasFoundIsGivenIfNothingIsEnough() {
        DeviceClassProfile profile =
                profile("strict", "onnxruntime-cpu", "[int8, float32]", "[static-int8, weight-only-int4]");
        SearchOnNet search =
                new SearchOnNet("transformer", profile).goal(IMPOSSIBLE).techniques(EnumSet.of(Technique.FORMS));

        SearchResult found = search.search();

        assertThat(search.rungs()).noneMatch(Rung::goalMet);
        assertThat(found.trail().method()).isEqualTo("auto-weight-only-int4-b32");
        assertThat(search.last().gainDb()).isPositive();
    }

    private static ParetoPoint taken(SearchResult found) {
        return found.trail().paretoFront().stream()
                .filter(ParetoPoint::taken)
                .findFirst()
                .orElseThrow();
    }
}
