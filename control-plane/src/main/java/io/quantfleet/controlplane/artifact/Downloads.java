package io.quantfleet.controlplane.artifact;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.artifact.StoredArtifact;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Answers with artifacts, whole or in part, so that a download that was cut goes on where it was. */
@Singleton
class Downloads {
    private final ObjectStore store;

    Downloads(ObjectStore store) {
        this.store = store;
    }

    /**
     * @param range the {@code Range} field
     * @param ifRange the {@code If-Range} field: the range counts only while the artifact has this tag, and it always does
     */
    Response answer(String sha256, Optional<String> range, Optional<String> ifRange) throws IOException {
        Sha256 name = name(sha256);
        long size = store.find(name)
                .map(StoredArtifact::size)
                .orElseThrow(() -> ControlPlaneException.notFound("artifact " + sha256));
        String tag = '"' + sha256 + '"';
        Optional<String> wanted = ifRange.filter(other -> !other.equals(tag)).isPresent() ? Optional.empty() : range;
        ByteRange.Request request = ByteRange.of(wanted, size);
        Response.ResponseBuilder response;
        if (request instanceof ByteRange.Request.Part part) {
            response = Response.status(Response.Status.PARTIAL_CONTENT)
                    .entity(new BoundedStream(
                            open(name, part.range().first()), part.range().length()))
                    .header(HttpHeaders.CONTENT_LENGTH, part.range().length())
                    .header("Content-Range", part.range().contentRange(size));
        } else if (request instanceof ByteRange.Request.Unsatisfiable) {
            response = Response.status(Response.Status.REQUESTED_RANGE_NOT_SATISFIABLE)
                    .header("Content-Range", "bytes */" + size);
        } else {
            response = Response.ok(store.open(name)).header(HttpHeaders.CONTENT_LENGTH, size);
        }
        return response.header(HttpHeaders.ETAG, tag)
                .header("Accept-Ranges", "bytes")
                .header(HttpHeaders.CACHE_CONTROL, "public, max-age=31536000, immutable")
                .build();
    }

    private InputStream open(Sha256 name, long offset) throws IOException {
        InputStream in = store.open(name);
        try {
            in.skipNBytes(offset);
            return in;
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    private static Sha256 name(String sha256) {
        try {
            return new Sha256(sha256);
        } catch (IllegalArgumentException e) {
            throw ControlPlaneException.invalid(String.valueOf(e.getMessage()));
        }
    }
}
