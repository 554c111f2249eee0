package io.quantfleet.controlplane.listing;

import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
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

    /** The page of a list that is short enough to be had as a whole; a key that is gone by now is none of its. */
    public static <T> ListPage<T> within(ListRequest request, List<T> all, Function<T, String> key) {
        List<String> keys = all.stream().map(key).toList();
        int from = request.after().map(keys::indexOf).orElse(-1) + 1;
        if (request.after().isPresent() && from == 0) {
            throw ListRequest.badCursor();
        }
        return of(request, all.subList(from, Math.min(all.size(), from + request.limit() + 1)), key);
    }

    /** The page of a list that only grows at its end: items go by their numbers. */
    public static <T> ListPage<T> numbered(ListRequest request, List<T> all) {
        List<Integer> numbers = IntStream.range(0, all.size()).boxed().toList();
        ListPage<Integer> page = within(request, numbers, String::valueOf);
        return new ListPage<>(page.items().stream().map(all::get).toList(), page.last());
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
