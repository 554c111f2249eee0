package io.quantfleet.controlplane.listing;

import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * A page of a list. Over REST it is a plain array; where more follow, a {@code Link} header (RFC 8288) leads on.
 *
 * @param last the key of the last item, if there are more behind it
 */
public record ListPage<T>(List<T> items, Optional<String> last) {
    public ListPage {
        items = List.copyOf(items);
    }

    /** The page for a request, from one item more than it asked for where there are as many. */
    public static <T> ListPage<T> of(ListRequest request, List<T> found, Function<T, String> key) {
        if (found.size() <= request.limit()) {
            return new ListPage<>(found, Optional.empty());
        }
        List<T> items = found.subList(0, request.limit());
        return new ListPage<>(items, Optional.of(key.apply(items.get(items.size() - 1))));
    }

    public RestResponse<List<T>> toResponse(UriInfo uri) {
        RestResponse.ResponseBuilder<List<T>> response = RestResponse.ResponseBuilder.ok(items);
        last.ifPresent(key -> response.link(
                uri.getRequestUriBuilder()
                        .replaceQueryParam("cursor", ListRequest.cursor(key))
                        .build(),
                "next"));
        return response.build();
    }
}
