package io.quantfleet.controlplane.conditional;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.protocols.ReasonCode;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/**
 * Strong entity tags, made of the content that is answered: whatever changes in it changes its tag, and no column has to
 * be kept for it. Safe for use by several threads.
 */
@Singleton
public class EntityTags {
    private static final int BYTES = 16;

    private final ObjectWriter canonical;

    EntityTags(ObjectMapper json) {
        this.canonical = json.writer(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);
    }

    /** The tag, with its quotes. */
    public String of(Object content) {
        return '"' + hash(content) + '"';
    }

    /** What a tag is made of: a hash of the content as JSON. */
    public String hash(Object content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(canonical.writeValueAsBytes(content));
            return HexFormat.of().formatHex(Arrays.copyOf(hash, BYTES));
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("what is answered can't be hashed", e);
        }
    }

    /** What a GET is answered: 304 for a reader who has it already. */
    public <T> RestResponse<T> read(@Nullable String ifNoneMatch, T content) {
        String tag = of(content);
        boolean known = ifNoneMatch != null
                && TagList.parse(HttpHeaders.IF_NONE_MATCH, ifNoneMatch).hasWeakly(tag);
        return known
                ? RestResponse.ResponseBuilder.<T>create(RestResponse.Status.NOT_MODIFIED)
                        .header(HttpHeaders.ETAG, tag)
                        .build()
                : tagged(RestResponse.Status.OK, content);
    }

    /** An answer with its tag. */
    public <T> RestResponse<T> tagged(RestResponse.Status status, T content) {
        return RestResponse.ResponseBuilder.create(status, content)
                .header(HttpHeaders.ETAG, of(content))
                .build();
    }

    /**
     * Makes sure that what is to be changed is as the request takes it to be. To be called in the transaction that changes
     * it, with its row held.
     *
     * @param what for people
     * @param current what is there; empty if there is nothing
     * @throws ControlPlaneException {@code PRECONDITION_FAILED}
     */
    public void require(Preconditions preconditions, String what, Optional<?> current) {
        preconditions
                .ifMatch()
                .map(field -> TagList.parse(HttpHeaders.IF_MATCH, field))
                .ifPresent(wanted -> {
                    if (current.filter(content -> wanted.hasStrongly(of(content)))
                            .isEmpty()) {
                        throw failed(what
                                + " is not as the If-Match header has it any more; read it again, and decide again");
                    }
                });
        preconditions
                .ifNoneMatch()
                .map(field -> TagList.parse(HttpHeaders.IF_NONE_MATCH, field))
                .ifPresent(unwanted -> {
                    if (current.filter(content -> unwanted.hasWeakly(of(content)))
                            .isPresent()) {
                        throw failed("there is " + what + " already, as the If-None-Match header rules out");
                    }
                });
    }

    private static ControlPlaneException failed(String message) {
        return new ControlPlaneException(ReasonCode.PRECONDITION_FAILED, message);
    }
}
