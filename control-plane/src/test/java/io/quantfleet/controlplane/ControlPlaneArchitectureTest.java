package io.quantfleet.controlplane;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameStartingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may depend on what. The console is read-only and has its own ways to the database. */
@AnalyzeClasses(packages = "io.quantfleet.controlplane", importOptions = ImportOption.DoNotIncludeTests.class)
class ControlPlaneArchitectureTest {
    private static final DescribedPredicate<JavaClass> CONSOLE = resideInAPackage("..console..");

    @ArchTest
    static final ArchRule onlyAdaptersSpeakSql = noClasses()
            .that(DescribedPredicate.not(outermost("Jdbi"))
                    .and(DescribedPredicate.not(resideInAPackage("..storage..")))
                    .and(DescribedPredicate.not(resideInAPackage("..app..")))
                    .and(DescribedPredicate.not(CONSOLE)))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.jdbi..", "java.sql..", "javax.sql..", "org.flywaydb..");

    @ArchTest
    static final ArchRule onlyAdaptersSpeakKafka = noClasses()
            .that(DescribedPredicate.not(outermost("Kafka")))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "io.cloudevents.kafka..");

    @ArchTest
    static final ArchRule onlyAdaptersSpeakMqtt = noClasses()
            .that(DescribedPredicate.not(outermost("Paho").or(outermost("Mosquitto"))))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.eclipse.paho..");

    @ArchTest
    static final ArchRule onlyTheProgramKnowsQuarkus = noClasses()
            .that(DescribedPredicate.not(resideInAPackage("..app..")).and(DescribedPredicate.not(CONSOLE)))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.quarkus..");

    @ArchTest
    static final ArchRule resourcesAreNamedSo = classes()
            .that()
            .areAnnotatedWith("jakarta.ws.rs.Path")
            .and(DescribedPredicate.not(CONSOLE))
            .should()
            .haveSimpleNameEndingWith("Resource");

    @ArchTest
    static final ArchRule nothingDependsOnTheProgramOrTheConsole = noClasses()
            .that(DescribedPredicate.not(resideInAPackage("..app..")).and(DescribedPredicate.not(CONSOLE)))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..controlplane.app..", "..controlplane.console..");

    @ArchTest
    static final ArchRule featuresHaveNoCycles =
            slices().matching("io.quantfleet.controlplane.(*)..").should().beFreeOfCycles();

    /** A class of that prefix, or one nested in such a class. */
    private static DescribedPredicate<JavaClass> outermost(String prefix) {
        return DescribedPredicate.describe("are or are nested in " + prefix + "*", type -> {
            JavaClass outer = type;
            while (outer.getEnclosingClass().isPresent()) {
                outer = outer.getEnclosingClass().get();
            }
            return simpleNameStartingWith(prefix).test(outer);
        });
    }
}
