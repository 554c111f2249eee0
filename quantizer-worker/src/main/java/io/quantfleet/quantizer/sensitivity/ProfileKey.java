package io.quantfleet.quantizer.sensitivity;

import io.quantfleet.protocols.Sha256;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.dataset.SampleDigest;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.quantize.Recipe;
import io.quantfleet.quantizer.runtime.OnnxSession;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The digest of everything that a profile follows from: this program, the model, what is done to it, the samples with
 * their labels, and the kind of processor, whose kernels may round in their own way.
 */
final class ProfileKey {
    private final MessageDigest digest = Sha256.newDigest();

    private ProfileKey() {}

    /**
     * The key.
     *
     * @param program what tells this program from other versions of it
     */
    static Sha256 of(
            Sha256 program, OnnxModel model, Recipe recipe, ModelDescription description, LabelledSamples samples) {
        ProfileKey key = new ProfileKey();
        key.add(program.hex());
        key.add(OnnxSession.kernels());
        key.digest.update(model.serialized());
        key.add(canonical(recipe));
        key.add(SampleDigest.of(description, samples).hex());
        return Sha256.ofDigest(key.digest.digest());
    }

    private void add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
        digest.update(bytes);
    }

    /**
     * Text that is the same for the same value in every run: sets and maps are sorted, which their own texts are not.
     */
    static String canonical(Object value) {
        if (value instanceof Optional<?> optional) {
            return optional.map(ProfileKey::canonical).orElse("-");
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> canonical(entry.getKey()) + "=" + canonical(entry.getValue()))
                    .sorted()
                    .collect(Collectors.joining(",", "{", "}"));
        }
        if (value instanceof List<?> list) {
            return list.stream().map(ProfileKey::canonical).collect(Collectors.joining(",", "[", "]"));
        }
        if (value instanceof Collection<?> set) {
            return set.stream().map(ProfileKey::canonical).sorted().collect(Collectors.joining(",", "<", ">"));
        }
        if (value instanceof Record) {
            StringBuilder text = new StringBuilder(value.getClass().getName()).append('(');
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                text.append(component.getName())
                        .append('=')
                        .append(canonical(read(component, value)))
                        .append(';');
            }
            return text.append(')').toString();
        }
        String text = String.valueOf(value);
        return text.length() + ":" + text;
    }

    private static Object read(RecordComponent component, Object value) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(value);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("a record's own accessor failed", e);
        }
    }
}
