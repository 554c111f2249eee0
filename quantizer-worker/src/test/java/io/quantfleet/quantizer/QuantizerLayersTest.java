package io.quantfleet.quantizer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may see whom inside the quantizer. */
class QuantizerLayersTest {
    private static final String ROOT = "io.quantfleet.quantizer";

    private static final JavaClasses CLASSES =
            new ClassFileImporter(List.of(new ImportOption.DoNotIncludeTests())).importPackages(ROOT);

    @Test
    void onlyTheAdapterSeesOnnxRuntime() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".runtime..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ai.onnxruntime..")
                .check(CLASSES);
    }

    @Test
    void onlyTrainingSeesPyTorchWhichMostWorkersDoWithout() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".train..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ai.djl..")
                .check(CLASSES);
    }

    @Test
    void onlyWhatRewritesGraphsSeesTheFormatsClasses() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        ROOT + ".onnx..",
                        ROOT + ".prepare..",
                        ROOT + ".quantize..",
                        ROOT + ".form..",
                        ROOT + ".rounding..",
                        ROOT + ".technique..",
                        ROOT + ".train..",
                        ROOT + ".sample..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ai.onnx.proto..")
                .check(CLASSES);
    }

    @Test
    void theLibraryKnowsNothingOfTheProgramAroundIt() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".worker..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ROOT + ".worker..", "org.apache.kafka..", "io.micrometer..", "picocli..")
                .check(CLASSES);
    }

    @Test
    void featuresDontDependOnEachOtherInCircles() {
        SlicesRuleDefinition.slices()
                .matching(ROOT + ".(*)..")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }
}
