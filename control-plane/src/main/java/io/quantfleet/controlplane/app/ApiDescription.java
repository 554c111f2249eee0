package io.quantfleet.controlplane.app;

import io.quantfleet.controlplane.Creates;
import io.quantfleet.controlplane.Refuses;
import io.quantfleet.controlplane.audit.Actor;
import io.quantfleet.controlplane.idempotency.Creations;
import io.quantfleet.protocols.ReasonCode;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationValue;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.MethodInfo;

/**
 * Completes the description of the REST interface when the program is built: what an operation makes, with which codes
 * it may be refused, what each property means, and an example of each request and answer. Codes that follow from what an operation takes are added
 * here; those of its own it declares with {@link Refuses}. What is not complete is found by a test, and stops no program.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public final class ApiDescription implements OASFilter {
    private static final String CREATED = "201";
    private static final String OK = "200";
    private static final String JSON = "#/components/schemas/Json";

    /** Parameters that mean the same wherever they are. */
    private static final Map<String, String> PARAMETERS = Map.of(
            "filter",
            "A filter in the language of docs/devices-and-fleets.md; everything without one",
            "limit",
            "How many a page has at most, 1 to 10000",
            "cursor",
            "Where the page begins: from the Link header of the page before",
            "dryRun",
            "Whether nothing is to be kept",
            Actor.HEADER,
            "Who asks, for the audit log",
            Creations.HEADER,
            "A string in double quotes that is this request's own, as \"8e03978e-40d5-43dd-bc93-6894a57f9324\":"
                    + " within 24 hours the same request with the same key is answered as the first time, and"
                    + " makes nothing more");

    private final Map<String, MethodInfo> methods = new HashMap<>();

    public ApiDescription(IndexView index) {
        for (AnnotationInstance operation : index.getAnnotations(Operation.class)) {
            AnnotationValue id = operation.value("operationId");
            if (id != null) {
                methods.put(id.asString(), operation.target().asMethod());
            }
        }
    }

    @Override
    public void filterOpenAPI(OpenAPI api) {
        describeJson(api);
        ApiProperties.load().describe(api.getComponents());
        ApiExamples examples = ApiExamples.load();
        ApiProblems problems = new ApiProblems(api.getComponents());
        api.getPaths().getPathItems().forEach((path, item) -> item.getOperations()
                .forEach((method, operation) -> {
                    Optional<MethodInfo> declared =
                            Optional.ofNullable(methods.get(String.valueOf(operation.getOperationId())));
                    Stream.ofNullable(operation.getParameters())
                            .flatMap(List::stream)
                            .filter(parameter -> parameter.getDescription() == null)
                            .forEach(parameter -> parameter.setDescription(PARAMETERS.get(parameter.getName())));
                    declared.ifPresent(java -> describeCreation(java, operation.getResponses()));
                    describeTags(method, operation);
                    problems.describe(operation.getResponses(), codes(path, method, operation, declared));
                    examples.describe(operation);
                }));
    }

    /** An optional piece of JSON is taken for a list of them, since a JsonNode can be iterated over. */
    private static void describeJson(OpenAPI api) {
        for (Schema schema : api.getComponents().getSchemas().values()) {
            if (schema.getProperties() != null) {
                Map<String, Schema> properties = new LinkedHashMap<>(schema.getProperties());
                properties.replaceAll((name, property) -> property.getItems() != null
                                && JSON.equals(property.getItems().getRef())
                        ? OASFactory.createSchema().ref(JSON)
                        : property);
                schema.setProperties(properties);
            }
        }
    }

    private static void describeCreation(MethodInfo declared, APIResponses responses) {
        AnnotationInstance creates = declared.annotation(Creates.class);
        if (creates == null) {
            return;
        }
        APIResponse created = Optional.ofNullable(responses.getAPIResponse(CREATED))
                .orElseGet(() -> responses.getAPIResponse(OK).description("Made"));
        AnnotationValue located = creates.value("located");
        if (located == null || located.asBoolean()) {
            created.addHeader(
                    "Location",
                    OASFactory.createHeader()
                            .description("The path of what was made")
                            .schema(OASFactory.createSchema().addType(SchemaType.STRING)));
        }
        AnnotationValue otherwise = creates.value("otherwise");
        if (otherwise != null) {
            responses.addAPIResponse(
                    OK,
                    OASFactory.createAPIResponse()
                            .description(otherwise.asString())
                            .content(created.getContent()));
        } else if (responses.getAPIResponse(CREATED) == null) {
            responses.removeAPIResponse(OK);
        }
        responses.addAPIResponse(CREATED, created);
    }

    /** Whatever takes a tag answers with one, but what is deleted has none. */
    private static void describeTags(
            PathItem.HttpMethod method, org.eclipse.microprofile.openapi.models.Operation operation) {
        List<Parameter> parameters =
                Optional.ofNullable(operation.getParameters()).orElse(List.of());
        if (!takes(parameters, HttpHeaders.IF_NONE_MATCH) || method == PathItem.HttpMethod.DELETE) {
            return;
        }
        Stream.of(OK, CREATED)
                .map(operation.getResponses()::getAPIResponse)
                .filter(Objects::nonNull)
                .forEach(response -> response.addHeader(
                        HttpHeaders.ETAG,
                        OASFactory.createHeader()
                                .description("Names this very content")
                                .schema(OASFactory.createSchema().addType(SchemaType.STRING))));
        if (method == PathItem.HttpMethod.GET) {
            operation
                    .getResponses()
                    .addAPIResponse(
                            "304", OASFactory.createAPIResponse().description("It has the tag in If-None-Match still"));
        }
    }

    private static boolean takes(List<Parameter> parameters, String name) {
        return parameters.stream().anyMatch(parameter -> name.equals(parameter.getName()));
    }

    private static Set<ReasonCode> codes(
            String path,
            PathItem.HttpMethod method,
            org.eclipse.microprofile.openapi.models.Operation operation,
            Optional<MethodInfo> declared) {
        EnumSet<ReasonCode> codes = EnumSet.of(ReasonCode.INTERNAL, ReasonCode.UNAVAILABLE);
        List<Parameter> parameters =
                Optional.ofNullable(operation.getParameters()).orElse(List.of());
        boolean takesQuery = parameters.stream().anyMatch(parameter -> parameter.getIn() == Parameter.In.QUERY);
        if (takesQuery || operation.getRequestBody() != null) {
            codes.add(ReasonCode.REQUEST_INVALID);
        }
        if (takes(parameters, "filter")) {
            codes.add(ReasonCode.FILTER_INVALID);
        }
        if (takes(parameters, Creations.HEADER)) {
            codes.add(ReasonCode.IDEMPOTENCY_KEY_IN_USE);
            codes.add(ReasonCode.IDEMPOTENCY_KEY_REUSED);
        }
        if (takes(parameters, HttpHeaders.IF_MATCH)) {
            codes.add(ReasonCode.PRECONDITION_FAILED);
            codes.add(ReasonCode.REQUEST_INVALID);
        }
        if (path.contains("{") && method != PathItem.HttpMethod.PUT) {
            codes.add(ReasonCode.NOT_FOUND);
        }
        if (method != PathItem.HttpMethod.GET) {
            codes.add(ReasonCode.CROSS_ORIGIN);
        }
        declared.flatMap(java -> Optional.ofNullable(java.annotation(Refuses.class))).stream()
                .flatMap(refuses -> Arrays.stream(refuses.value().asEnumArray()))
                .map(ReasonCode::valueOf)
                .forEach(codes::add);
        return codes;
    }
}
