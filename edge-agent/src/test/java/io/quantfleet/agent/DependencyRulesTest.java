package io.quantfleet.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.quantfleet.agent", importOptions = ImportOption.DoNotIncludeTests.class)
class DependencyRulesTest {
    @ArchTest
    static final ArchRule ONLY_THE_LINK_SEES_PAHO = noClasses()
            .that()
            .resideOutsideOfPackage("..agent.link..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.eclipse.paho..");

    @ArchTest
    static final ArchRule ONLY_SERVE_SEES_ONNX_RUNTIME = noClasses()
            .that()
            .resideOutsideOfPackage("..agent.serve..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.onnxruntime..");

    @ArchTest
    static final ArchRule ONLY_TELEMETRY_AND_APP_SEE_MICROMETER = noClasses()
            .that()
            .resideOutsideOfPackages("..agent.telemetry..", "..agent.app..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.micrometer..", "org.HdrHistogram..");

    @ArchTest
    static final ArchRule NOTHING_DEPENDS_ON_THE_WIRING = noClasses()
            .that()
            .resideOutsideOfPackage("..agent.app..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..agent.app..");

    @ArchTest
    static final ArchRule FEATURES_HAVE_NO_CYCLES =
            slices().matching("io.quantfleet.agent.(*)..").should().beFreeOfCycles();
}
