package io.quantfleet.quantizer.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.quantizer.QuantizerException;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kind.rgb.png",
                "kind.grey.png",
                "kind.1bit.png",
                "kind.rgba.png",
                "kind.greyalpha.png",
                "kind.palette.png",
                "kind.palette-transparent.png"
            })
    void decodesEveryKindOfPngAsPillowDoes(String name) {
        Pixels decoded = GoldenImages.pixels(name).to(ImageInput.Channels.RGB);

        assertThat(decoded.data())
                .isEqualTo(GoldenImages.pixels(name + ".expected.png").data());
    }

    @ParameterizedTest
    @ValueSource(strings = {"kind.baseline.jpg", "kind.444.jpg", "kind.progressive.jpg", "kind.grey.jpg"})
    void decodesJpegAsPillowDoesWithinRounding(String name) {
        byte[] decoded = GoldenImages.pixels(name).to(ImageInput.Channels.RGB).data();
        byte[] expected = GoldenImages.pixels(name + ".expected.png").data();

        assertThat(decoded).hasSameSizeAs(expected);
        for (int i = 0; i < decoded.length; i++) {
            assertThat(Math.abs((decoded[i] & 0xff) - (expected[i] & 0xff))).isLessThanOrEqualTo(2);
        }
    }

    @Test
    void doesNotApplyAnEmbeddedColourProfile() {
        byte[] plain = GoldenImages.bytes("kind.baseline.jpg");
        byte[] profiled = withProfile(plain, ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB));

        assertThat(Arrays.equals(decode(profiled).data(), decode(plain).data())).isTrue();
    }

    private static byte[] withProfile(byte[] jpeg, ICC_Profile profile) {
        byte[] data = profile.getData();
        int app0 = 4 + (((jpeg[4] & 0xff) << 8) | (jpeg[5] & 0xff));
        int length = 2 + 14 + data.length;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(jpeg, 0, app0);
        out.writeBytes(new byte[] {(byte) 0xff, (byte) 0xe2, (byte) (length >> 8), (byte) length});
        out.writeBytes("ICC_PROFILE\0".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(new byte[] {1, 1});
        out.writeBytes(data);
        out.write(jpeg, app0, jpeg.length - app0);
        return out.toByteArray();
    }

    @Test
    void refusesMoreThanEightBitsAChannel() {
        assertThatThrownBy(() -> GoldenImages.pixels("kind.16bit.png"))
                .isInstanceOf(QuantizerException.class)
                .hasMessage("golden: the image 'kind.16bit.png' has 16 bits a channel; convert it to 8 bits");
    }

    @Test
    void refusesCmyk() {
        assertThatThrownBy(() -> GoldenImages.pixels("kind.cmyk.jpg"))
                .isInstanceOf(QuantizerException.class)
                .hasMessage("golden: the image 'kind.cmyk.jpg' is a JPEG in CMYK colours; convert it to RGB");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kind.baseline.jpg", "kind.progressive.jpg", "kind.rgb.png"})
    void refusesAnImageThatIsCutOff(String name) {
        byte[] whole = GoldenImages.bytes(name);

        assertThatThrownBy(() -> decode(Arrays.copyOf(whole, whole.length - 60)))
                .isInstanceOf(QuantizerException.class)
                .hasMessageStartingWith("set.zip: the image 'cat/1.jpg' can't be decoded (")
                .hasMessageEndingWith("); replace or remove it");
    }

    @Test
    void refusesWhatIsNoImage() {
        assertThatThrownBy(() -> decode("GIF89a no".getBytes(StandardCharsets.US_ASCII)))
                .hasMessage("set.zip: the image 'cat/1.jpg' is neither a JPEG nor a PNG, whatever its name says;"
                        + " replace or remove it");
        assertThatThrownBy(() -> decode(new byte[0]))
                .hasMessage("set.zip: the image 'cat/1.jpg' is empty; replace or remove it");
    }

    @Test
    void refusesAnImageThatWouldFillMemory() {
        assertThatThrownBy(() -> decode(resized(GoldenImages.bytes("kind.rgb.png"), 100_000, 100_000)))
                .isInstanceOf(QuantizerException.class)
                .hasMessageContaining("'cat/1.jpg' has 10000000000 pixels, more than the limit of 67108864");
    }

    // The PNG with another size in its header.
    private static byte[] resized(byte[] png, int width, int height) {
        ByteBuffer changed = ByteBuffer.wrap(png.clone());
        changed.putInt(16, width).putInt(20, height);
        CRC32 crc = new CRC32();
        crc.update(changed.array(), 12, 17);
        return changed.putInt(29, (int) crc.getValue()).array();
    }

    private static Pixels decode(byte[] file) {
        return new ImageDecoder("set.zip", "cat/1.jpg").decode(file);
    }
}
