package io.quantfleet.controlplane.alert;

import io.quantfleet.controlplane.ControlPlaneException;
import java.net.URI;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Who is told of alerts.
 *
 * @param url of a webhook, or the address of an Alertmanager without the path of its API
 * @param secret that requests to a webhook are signed with; empty for none
 */
record Receiver(String name, Kind kind, URI url, String secret) {
    private static final int MOST = 100;

    /** What it understands. */
    @Schema(name = "AlertReceiverKind")
    enum Kind {
        /** Takes a POST for each change of an alert. */
        WEBHOOK,
        /** An Alertmanager, by its API v2. */
        ALERTMANAGER
    }

    Receiver {
        if (!name.matches("[a-z0-9][a-z0-9-]*") || name.length() > MOST) {
            throw ControlPlaneException.invalid(
                    "'name' is '" + name + "'; it has lower-case letters, digits and hyphens, at most " + MOST
                            + ", and begins with a letter or digit");
        }
        String scheme = url.getScheme();
        if (url.getHost() == null || scheme == null || !(scheme.equals("http") || scheme.equals("https"))) {
            throw ControlPlaneException.invalid(
                    "'url' is '" + url + "'; it begins with http:// or https:// and names a host");
        }
    }

    /** Where requests go. */
    URI target() {
        if (kind == Kind.WEBHOOK) {
            return url;
        }
        String base = url.toString();
        return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + "/api/v2/alerts");
    }
}
