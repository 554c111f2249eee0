package io.quantfleet.sample;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** One picture for the documentation: a column per class, a row per example. */
final class ContactSheet {
    private static final int ROWS = 4;
    private static final int CELL = 64;
    private static final int GAP = 4;

    private ContactSheet() {}

    static void write(GlyphImages images, Path file) throws IOException {
        int columns = GlyphImages.CLASSES.size();
        BufferedImage sheet = new BufferedImage(
                columns * (CELL + GAP) - GAP, ROWS * (CELL + GAP) - GAP, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = sheet.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        for (int i = 0; i < columns * ROWS; i++) {
            BufferedImage image = GlyphImages.decode(images.jpeg(i));
            graphics.drawImage(image, i % columns * (CELL + GAP), i / columns * (CELL + GAP), CELL, CELL, null);
        }
        graphics.dispose();
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, GlyphImages.encode(sheet));
    }
}
