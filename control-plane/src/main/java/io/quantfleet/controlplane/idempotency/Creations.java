package io.quantfleet.controlplane.idempotency;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.google.protobuf.ByteString;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.ReasonCode;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Carries out requests that make something, each once for its {@code Idempotency-Key}. The answer is kept in the
 * transaction that makes what it tells of: a control plane that is killed has done both or neither. What is refused is not
 * kept; it made nothing and may be tried again. Of two requests that come at the same time with one key, the second is
 * told to ask again. Safe for use by several threads and several instances. See
 * {@code docs/decisions/0022-answers-under-their-key.md}.
 */
@Singleton
public class Creations {
    /** The header field with the key. */
    public static final String HEADER = "Idempotency-Key";

    private static final Duration KEPT = Duration.ofHours(24);

    private final Database database;
    private final JdbiIdempotentAnswers answers;
    private final ObjectMapper json;
    private final ObjectWriter canonical;
    private final Clock clock;

    Creations(Database database, JdbiIdempotentAnswers answers, ObjectMapper json, Clock clock) {
        this.database = database;
        this.answers = answers;
        this.json = json;
        this.canonical = json.writer(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);
        this.clock = clock;
    }

    /**
     * Carries out a request, or answers as when it came first.
     *
     * @param key the header field; without one the request is carried out whatever came before
     * @param operation what is asked for
     * @param request everything that it is asked with
     * @param work makes it; not called if it was made before
     * @throws ControlPlaneException {@code REQUEST_INVALID} for a key that is none, {@code IDEMPOTENCY_KEY_REUSED} if it
     *     came with another request, {@code IDEMPOTENCY_KEY_IN_USE} while that request is under way
     */
    public Response once(@Nullable String key, String operation, Object request, Function<Tx, Creation> work) {
        if (key == null) {
            return answer(database.inTransaction(work));
        }
        IdempotencyKey known = IdempotencyKey.parse(key);
        ByteString hash = hash(operation, request);
        return database.inTransaction(tx -> once(tx, known, hash, work));
    }

    private Response once(Tx tx, IdempotencyKey key, ByteString request, Function<Tx, Creation> work) {
        if (!answers.lock(tx, key.hash())) {
            throw new ControlPlaneException(
                    ReasonCode.IDEMPOTENCY_KEY_IN_USE,
                    "a request with this Idempotency-Key is under way; ask again to have its answer");
        }
        Instant now = clock.instant();
        Instant oldest = now.minus(KEPT);
        answers.forget(tx, oldest);
        Optional<JdbiIdempotentAnswers.Answer> before = answers.find(tx, key.hash(), oldest);
        if (before.isPresent()) {
            return again(before.get(), key, request);
        }
        Creation creation = work.apply(tx);
        Response response = answer(creation);
        byte[] body = write(creation.body());
        answers.put(
                tx,
                key.hash(),
                new JdbiIdempotentAnswers.Answer(
                        request, response.getStatus(), creation.location(), ByteString.copyFrom(key.encrypt(body))),
                now);
        return response;
    }

    private static Response again(JdbiIdempotentAnswers.Answer before, IdempotencyKey key, ByteString request) {
        if (!before.requestHash().equals(request)) {
            throw new ControlPlaneException(
                    ReasonCode.IDEMPOTENCY_KEY_REUSED,
                    "this Idempotency-Key came with another request within the last day; give each request its own");
        }
        return response(before.status(), before.location())
                .entity(key.decrypt(before.body().toByteArray()))
                .build();
    }

    private Response answer(Creation creation) {
        return response(creation.status().getStatusCode(), creation.location())
                .entity(write(creation.body()))
                .build();
    }

    private static Response.ResponseBuilder response(int status, Optional<URI> location) {
        Response.ResponseBuilder response = Response.status(status).type(MediaType.APPLICATION_JSON);
        location.ifPresent(response::location);
        return response;
    }

    private byte[] write(Object body) {
        try {
            return json.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an answer can't be written as JSON", e);
        }
    }

    private ByteString hash(String operation, Object request) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(canonical.writeValueAsBytes(operation));
            return ByteString.copyFrom(sha256.digest(canonical.writeValueAsBytes(request)));
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("a request can't be hashed", e);
        }
    }
}
