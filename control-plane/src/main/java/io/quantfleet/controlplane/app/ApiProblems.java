package io.quantfleet.controlplane.app;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;

import io.quantfleet.protocols.ReasonCode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;

/** Refusals in the description of the REST interface: one answer for each status, with an example for each code. */
final class ApiProblems {
    /** What is said in an example. */
    private static final Map<ReasonCode, String> DETAILS = Map.ofEntries(
            Map.entry(ReasonCode.REQUEST_INVALID, "'limit' is 0; it must be from 1 to 10000"),
            Map.entry(ReasonCode.FILTER_INVALID, "there is no field 'clas'; the fields are id, class, fleet"),
            Map.entry(ReasonCode.DESCRIPTION_INVALID, "the model description has no 'inputs'"),
            Map.entry(ReasonCode.PROFILE_INVALID, "the device class profile has no 'runtime'"),
            Map.entry(ReasonCode.MODEL_MALFORMED, "the file 'resnet20.onnx' sent as 'onnx' is empty"),
            Map.entry(ReasonCode.DATASET_INVALID, "the file 'calibration.zip' sent as 'calibration' is empty"),
            Map.entry(
                    ReasonCode.CROSS_ORIGIN,
                    "a page of another site asked for this; use the console, or a program that is no browser"),
            Map.entry(ReasonCode.ENROLMENT_TOKEN_INVALID, "the token is used up"),
            Map.entry(
                    ReasonCode.ARTIFACT_URL_INVALID,
                    "this address is not signed by this installation, or has expired; the next manifest has a new one"),
            Map.entry(ReasonCode.NOT_FOUND, "there is no fleet 'lyon'"),
            Map.entry(ReasonCode.NAME_TAKEN, "there is a fleet 'lyon' already"),
            Map.entry(ReasonCode.MODEL_VERSION_EXISTS, "version 3 of model 'resnet20' has this content already"),
            Map.entry(ReasonCode.DEVICE_EXISTS, "device 'cam-1' enrolled before with another token"),
            Map.entry(ReasonCode.DEVICE_DECOMMISSIONED, "device 'cam-1' was decommissioned"),
            Map.entry(ReasonCode.VARIANT_NOT_READY, "version 3 of model 'resnet20' has no READY variant for 'gpu'"),
            Map.entry(ReasonCode.FLEET_EMPTY, "the fleet 'lyon' has no devices"),
            Map.entry(ReasonCode.STAGE_EMPTY, "the stage 'canary' selects no device of the fleet 'lyon' as it is now"),
            Map.entry(ReasonCode.ROLLOUT_IN_PROGRESS, "a rollout to the fleet 'lyon' is under way"),
            Map.entry(ReasonCode.ILLEGAL_STATE, "a rollout that is FINISHED can't be paused"),
            Map.entry(
                    ReasonCode.IDEMPOTENCY_KEY_IN_USE,
                    "a request with this Idempotency-Key is under way; ask again to have its answer"),
            Map.entry(
                    ReasonCode.IDEMPOTENCY_KEY_REUSED,
                    "this Idempotency-Key came with another request within the last day; give each request its own"),
            Map.entry(
                    ReasonCode.PRECONDITION_FAILED,
                    "alert rule 'accuracy-lyon' is not as the If-Match header has it any more; read it again, and decide"
                            + " again"),
            Map.entry(ReasonCode.UNAVAILABLE, "the database is not ready yet"),
            Map.entry(
                    ReasonCode.INTERNAL, "something failed that should not have; the log of the control plane has it"));

    private static final String REFERENCE = "#/components/";

    private final Components components;

    ApiProblems(Components components) {
        this.components = components;
    }

    /** Adds the answers for these codes. */
    void describe(APIResponses responses, Set<ReasonCode> codes) {
        codes.stream()
                .collect(groupingBy(Problem::status, TreeMap::new, toList()))
                .forEach((status, together) -> responses.addAPIResponse(String.valueOf(status), shared(together)));
    }

    /** Where there is one code only, the answer is the same for every operation. */
    private APIResponse shared(List<ReasonCode> codes) {
        if (codes.size() > 1) {
            return answer(codes);
        }
        String name = codes.get(0).name();
        components.addResponse(name, answer(codes));
        return OASFactory.createAPIResponse().ref(REFERENCE + "responses/" + name);
    }

    private APIResponse answer(List<ReasonCode> codes) {
        MediaType content =
                OASFactory.createMediaType().schema(OASFactory.createSchema().ref(REFERENCE + "schemas/Problem"));
        for (ReasonCode code : codes) {
            addExample(content, code);
        }
        return OASFactory.createAPIResponse()
                .description("Refused: " + codes.stream().map(ReasonCode::name).collect(joining(", ")))
                .content(OASFactory.createContent().addMediaType(Problem.MEDIA_TYPE, content));
    }

    private void addExample(MediaType content, ReasonCode code) {
        String detail = DETAILS.get(code);
        if (detail == null) {
            return;
        }
        Problem problem = Problem.of(code, detail);
        Map<String, Object> value = new TreeMap<>(Map.of(
                "type", problem.type(),
                "title", problem.title(),
                "status", problem.status(),
                "detail", detail,
                "code", problem.code()));
        components.addExample(code.name(), OASFactory.createExample().value(value));
        content.addExample(code.name(), OASFactory.createExample().ref(REFERENCE + "examples/" + code.name()));
    }
}
