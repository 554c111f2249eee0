package io.quantfleet.quantizer.sensitivity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.quantizer.cache.ContentCache;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Profiles kept between runs. Safe for use by several threads and processes. */
public final class ProfileCache {
    private static final Logger LOG = LoggerFactory.getLogger(ProfileCache.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ContentCache files;

    public ProfileCache(ContentCache files) {
        this.files = files;
    }

    Sha256 program() {
        return files.program();
    }

    /** The profile kept under a key. */
    Optional<SensitivityProfile> find(Sha256 key) {
        return files.find(key).flatMap(json -> {
            try {
                return Optional.of(JSON.readValue(json, SensitivityProfile.class));
            } catch (IOException e) {
                LOG.warn("a profile that was kept can't be read; the layers are profiled anew: {}", e.toString());
                return Optional.empty();
            }
        });
    }

    /** Keeps a profile. */
    void keep(Sha256 key, SensitivityProfile profile) {
        try {
            files.keep(key, JSON.writeValueAsBytes(profile));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a profile of plain values is always JSON", e);
        }
    }
}
