package io.quantfleet.quantizer.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PillowResamplerTest {

    @ParameterizedTest
    @CsvSource({
        "landscape, 32, 32",
        "portrait, 24, 24",
        "tiny, 32, 32",
        "wide-input, 20, 40",
        "one-side-fits, 32, 32",
    })
    void givesPillowsPixels(String name, int height, int width) {
        Pixels image = GoldenImages.pixels(name + ".png");

        assertThat(resized(image, ImageResize.DEFAULT, height, width)).isEqualTo(golden(name + ".crop.png"));
        assertThat(resized(image, new ImageResize(ImageResize.Mode.CROP, OptionalInt.of(48)), height, width))
                .isEqualTo(golden(name + ".crop48.png"));
        assertThat(resized(image, new ImageResize(ImageResize.Mode.STRETCH, OptionalInt.empty()), height, width))
                .isEqualTo(golden(name + ".stretch.png"));
    }

    @ParameterizedTest
    @CsvSource({"kind.rgb.png", "kind.grey.png"})
    void leavesAnImageOfTheRightSizeAlone(String name) {
        Pixels image = GoldenImages.pixels(name);

        assertThat(resized(image, ImageResize.DEFAULT, image.height(), image.width()))
                .isEqualTo(image.data());
    }

    private static byte[] golden(String name) {
        return GoldenImages.pixels(name).data();
    }

    private static byte[] resized(Pixels image, ImageResize resize, int height, int width) {
        return PillowResampler.resize(image, resize.place(image.width(), image.height(), width, height), width, height)
                .data();
    }
}
