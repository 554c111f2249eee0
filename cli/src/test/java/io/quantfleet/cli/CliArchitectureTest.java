package io.quantfleet.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom in this module. */
@AnalyzeClasses(packages = "io.quantfleet.cli", importOptions = DoNotIncludeTests.class)
class CliArchitectureTest {
    @ArchTest
    static final ArchRule THE_CONTROL_PLANE_IS_REACHED_BY_ITS_API_ONLY =
            noClasses().should().dependOnClassesThat().resideInAPackage("io.quantfleet.controlplane..");

    @ArchTest
    static final ArchRule ONLY_THE_EMBEDDED_SERVERS_KNOW_THE_SERVERS = noClasses()
            .that()
            .resideOutsideOfPackage("io.quantfleet.cli.embedded..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "kafka..",
                    "org.apache.kafka.server..",
                    "com.hivemq.embedded..",
                    "com.hivemq.extension..",
                    "io.zonky..");

    @ArchTest
    static final ArchRule ONLY_SIMULATED_DEVICES_SPEAK_MQTT = noClasses()
            .that()
            .resideOutsideOfPackage("io.quantfleet.cli.simulate..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule ONLY_SERVERS_AND_MEASUREMENTS_SPEAK_TO_KAFKA_AND_THE_DATABASE = noClasses()
            .that()
            .resideOutsideOfPackages("io.quantfleet.cli.embedded..", "io.quantfleet.cli.bench..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "java.sql..");

    @ArchTest
    static final ArchRule SERVERS_AND_CLIENT_KNOW_NO_COMMAND = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.quantfleet.cli.embedded..", "io.quantfleet.cli.client..", "io.quantfleet.cli.terminal..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.quantfleet.cli.stack..", "io.quantfleet.cli.demo..");

    @ArchTest
    static final ArchRule THE_STACK_KNOWS_NO_STORY = noClasses()
            .that()
            .resideInAPackage("io.quantfleet.cli.stack..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.quantfleet.cli.demo..");

    @ArchTest
    static final ArchRule PACKAGES_BELOW_FORM_NO_CYCLE =
            slices().matching("io.quantfleet.cli.(*)..").should().beFreeOfCycles();
}
