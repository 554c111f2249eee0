package io.quantfleet.quantizer.sensitivity;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.protocols.Sha256;
import io.quantfleet.quantizer.cache.ContentCache;
import io.quantfleet.quantizer.calibration.MinMax;
import io.quantfleet.quantizer.calibration.Percentile;
import io.quantfleet.quantizer.evaluate.Fidelity;
import io.quantfleet.quantizer.quantize.RangeChoice;
import io.quantfleet.quantizer.quantize.Recipe;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.ProfileReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileCacheTest {
    private static final SensitivityProfile PROFILE = profile(12.5);

    @TempDir
    private Path folder = Path.of("");

    private ProfileCache cache(long mostBytes) {
        return new ProfileCache(new ContentCache(folder.resolve("cache"), mostBytes, key("program")));
    }

    private static Sha256 key(String text) {
        return Sha256.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static SensitivityProfile profile(double seconds) {
        Fidelity whole = new Fidelity(21.25, 0.125, 20.5, 0.5, -0.25, 8);
        Fidelity broken = new Fidelity(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, 50, 8);
        return new SensitivityProfile(
                whole, List.of(new LayerSensitivity("/a \"b\"", "Conv", 9L << 33, whole, broken)), 8, seconds);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("cache"))) {
            return files.toList();
        }
    }

    @Test
    void givesBackWhatItWasGivenAndNothingElse() throws IOException {
        assertThat(cache(1000).find(key("a"))).isEmpty();
        cache(1 << 20).keep(key("a"), PROFILE);
        assertThat(cache(1 << 20).find(key("a"))).contains(PROFILE);
        assertThat(cache(1 << 20).find(key("b"))).isEmpty();
        assertThat(files()).hasSize(1);
    }

    @Test
    void ignoresWhatIsDamagedWhereverItIs() throws IOException {
        cache(1 << 20).keep(key("a"), PROFILE);
        Path file = files().get(0);
        byte[] sound = Files.readAllBytes(file);
        for (int i = 0; i < sound.length; i += 7) {
            byte[] damaged = sound.clone();
            damaged[i] ^= 1;
            Files.write(file, damaged);
            assertThat(cache(1 << 20).find(key("a"))).isEmpty();
        }
        Files.write(file, new byte[0]);
        assertThat(cache(1 << 20).find(key("a"))).isEmpty();
        cache(1 << 20).keep(key("a"), PROFILE);
        assertThat(cache(1 << 20).find(key("a"))).contains(PROFILE);
    }

    @Test
    void dropsWhatWasNotUsedForLongest() throws IOException {
        cache(1 << 20).keep(key("size"), PROFILE);
        long bytes = Files.size(files().get(0));
        Files.delete(files().get(0));
        ProfileCache small = cache(2 * bytes + 16);
        small.keep(key("a"), PROFILE);
        small.keep(key("b"), PROFILE);
        for (Path file : files()) {
            Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
        }
        assertThat(small.find(key("a"))).isPresent();
        small.keep(key("c"), PROFILE);
        assertThat(small.find(key("a"))).isPresent();
        assertThat(small.find(key("b"))).isEmpty();
        assertThat(small.find(key("c"))).isPresent();
    }

    @Test
    void removesWhatAKilledProcessLeftHalfWritten() throws IOException {
        cache(1 << 20).keep(key("a"), PROFILE);
        Path left = Files.writeString(folder.resolve("cache").resolve(".some.writing"), "half");
        Path beingWritten = Files.writeString(folder.resolve("cache").resolve(".other.writing"), "half");
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minusSeconds(7200)));

        cache(1 << 20).keep(key("b"), PROFILE);

        assertThat(files()).hasSize(3).contains(beingWritten).doesNotContain(left);
        assertThat(cache(1 << 20).find(key("a"))).contains(PROFILE);
    }

    @Test
    void doesWithoutADirectoryThatCanNotBeUsed() throws IOException {
        Files.writeString(folder.resolve("cache"), "a file");
        cache(1000).keep(key("a"), PROFILE);
        assertThat(cache(1000).find(key("a"))).isEmpty();
    }

    @Test
    void recipesThatDifferHaveOtherTexts() {
        DeviceClassProfile profile = new ProfileReader().builtIn("rpi-cpu");
        Recipe plain = Recipe.of(profile, RangeChoice.of(new MinMax()));
        Set<String> texts = Stream.of(
                        plain,
                        plain.withWeightClipping(true),
                        plain.withReducedRange(true),
                        plain.leaving(Map.of("a", "why")),
                        plain.withRanges(RangeChoice.of(new Percentile(99.9))),
                        plain.withRanges(RangeChoice.of(new Percentile(99.99))),
                        Recipe.of(new ProfileReader().builtIn("gpu"), RangeChoice.of(new MinMax())))
                .map(ProfileKey::canonical)
                .collect(Collectors.toSet());
        assertThat(texts).hasSize(7);
    }

    @Test
    void orderInSetsAndMapsMakesNoDifference() {
        assertThat(ProfileKey.canonical(Map.of("a", 1, "b", 2))).isEqualTo("{1:a=1:1,1:b=1:2}");
        assertThat(ProfileKey.canonical(Set.of("b", "a"))).isEqualTo("<1:a,1:b>");
        assertThat(ProfileKey.canonical(List.of("b", "a"))).isEqualTo("[1:b,1:a]");
    }
}
