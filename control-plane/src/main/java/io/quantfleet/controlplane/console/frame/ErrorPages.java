package io.quantfleet.controlplane.console.frame;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.MediaType;
import java.lang.annotation.Annotation;
import java.net.URI;
import java.time.Clock;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;
import org.jspecify.annotations.Nullable;

/**
 * Puts a page in place of an error's body where a browser asked for a page. Programs keep their problem details. On any
 * thread; rendering an error needs no database.
 */
@ApplicationScoped
class ErrorPages {
    private final Clock clock;

    ErrorPages(Clock clock) {
        this.clock = clock;
    }

    /** Errors of resources. */
    @ServerResponseFilter(priority = 5000)
    public void replace(ContainerRequestContext request, ContainerResponseContext response) {
        URI uri = request.getUriInfo().getRequestUri();
        if (response.getStatus() >= 400 && isForPerson(uri.getPath(), request.getHeaderString("Accept"))) {
            String html = render(response.getStatus(), uri.getRawPath());
            response.setEntity(html, new Annotation[0], MediaType.TEXT_HTML_TYPE);
        }
    }

    /** Addresses that no resource has. */
    void register(@Observes Router router) {
        router.errorHandler(404, this::notFound);
    }

    private void notFound(RoutingContext context) {
        String path = context.request().path();
        if (context.response().ended()) {
            return;
        }
        context.response().setStatusCode(404);
        if (isForPerson(path, context.request().getHeader("Accept"))) {
            SecurityHeaders.forPages((name, value) -> context.response().putHeader(name, value));
            context.response()
                    .putHeader("Content-Type", MediaType.TEXT_HTML + ";charset=UTF-8")
                    .end(render(404, path));
        } else {
            context.response()
                    .putHeader("Content-Type", "application/problem+json")
                    .end("{\"type\":\"about:blank\",\"title\":\"Not found\",\"status\":404,\"code\":\"NOT_FOUND\","
                            + "\"detail\":\"there is nothing at this address\"}");
        }
    }

    private String render(int status, String path) {
        return Templates.error(new Page(title(status), "", path, "", clock.instant(), ""), status, path)
                .render();
    }

    private static boolean isForPerson(String path, @Nullable String accept) {
        return accept != null
                && accept.contains(MediaType.TEXT_HTML)
                && !path.startsWith("/api/")
                && !path.startsWith("/q/");
    }

    private static String title(int status) {
        return switch (status) {
            case 404 -> "Not found";
            case 503 -> "Not available for now";
            default -> status < 500 ? "That can’t be done" : "Something failed";
        };
    }

    @CheckedTemplate(basePath = "console/frame")
    static class Templates {
        static native TemplateInstance error(Page page, int status, String path);
    }
}
