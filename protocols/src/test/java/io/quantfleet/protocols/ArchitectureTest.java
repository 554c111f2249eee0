package io.quantfleet.protocols;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.quantfleet.protocols", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule needsNoFramework = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "io.quantfleet.protocols..",
                    "com.google.protobuf..",
                    "com.github.luben.zstd..",
                    "io.cloudevents..",
                    "org.jspecify.annotations..");

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.quantfleet.protocols.(*)..").should().beFreeOfCycles();
}
