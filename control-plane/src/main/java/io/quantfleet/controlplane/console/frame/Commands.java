package io.quantfleet.controlplane.console.frame;

import io.quarkus.qute.TemplateExtension;

/** Commands that pages offer to copy: {@code {cli:agent(page.origin)}}. {@code origin} is where the control plane is. */
@TemplateExtension(namespace = "cli")
public final class Commands {
    private Commands() {}

    public static String fleet(String origin) {
        return post(origin, "fleets", "{\"name\": \"press-line\", \"description\": \"Cameras of the press line\"}");
    }

    public static String token(String origin, String fleet) {
        return post(
                origin,
                "enrolment-tokens",
                "{\"fleet\": \"" + fleet + "\", \"deviceClass\": \"rpi-cpu\", \"uses\": 1, \"ttlSeconds\": 3600}");
    }

    public static String agent(String origin) {
        return "./quantfleet agent --control-plane " + origin + " --device-id camera-01 --device-class rpi-cpu \\\n"
                + "  --state-dir camera-01 --enrolment-token TOKEN";
    }

    public static String model(String origin) {
        return "curl " + origin + "/api/v1/models -F description=@NAME.model.yaml -F onnx=@NAME.onnx \\\n"
                + "  -F calibration=@calibration.zip -F validation=@validation.zip";
    }

    public static String rollout(String origin) {
        return post(origin, "rollouts", "{\"fleet\": \"press-line\", \"model\": \"NAME\", \"version\": 1}");
    }

    public static String deviceClasses(String origin) {
        return "curl " + origin + "/api/v1/device-classes";
    }

    private static String post(String origin, String what, String json) {
        return "curl " + origin + "/api/v1/" + what + " -H 'content-type: application/json' \\\n  -d '" + json + "'";
    }
}
