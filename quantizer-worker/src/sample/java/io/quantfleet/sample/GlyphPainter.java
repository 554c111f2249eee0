package io.quantfleet.sample;

import java.awt.AlphaComposite;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Paints one glyph as a poor camera might see it: turned, sheared, filled or outlined, in a colour not far from its
 * background, among clutter, partly covered, blurred and noisy. How hard a picture is, is drawn first, so that a set has
 * many clear ones and a tail of bad ones. The same random numbers give the same pixels.
 */
final class GlyphPainter {
    /** Width and height in pixels. */
    static final int SIDE = 48;

    private static final double GRID = 24;
    private static final Map<Glyph, Area> OUTLINES =
            GlyphImages.CLASSES.stream().collect(Collectors.toMap(glyph -> glyph, g -> OutlineParser.parse(g.outline())));

    private final RandomGenerator random;
    private final double hardness; // 0 to 1

    GlyphPainter(RandomGenerator random) {
        this.random = random;
        this.hardness = random.nextDouble();
    }

    BufferedImage paint(Glyph glyph) {
        BufferedImage canvas = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = canvas.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        float[] ground = colour();
        float[] ink = contrasting(ground);
        background(graphics, ground);
        clutter(graphics, random.nextInt(2 + (int) (5 * hardness)), 0.15, 0.5);
        glyph(graphics, glyph, ink);
        clutter(graphics, random.nextInt(1 + (int) (3 * hardness)), 0.5, 0.9);
        graphics.dispose();
        return Picture.of(canvas)
                .blurred(between(0, 0.4 + 1.1 * hardness))
                .noisy(random, between(2, 6 + 26 * hardness), between(0.7, 1.15))
                .toImage();
    }

    private void background(Graphics2D graphics, float[] ground) {
        Color from = shade(ground, between(-0.12, 0.12));
        Color to = shade(ground, between(-0.12, 0.12));
        float corner = random.nextInt(SIDE);
        graphics.setPaint(new GradientPaint(corner, 0, from, SIDE - corner, SIDE, to));
        graphics.fillRect(0, 0, SIDE, SIDE);
    }

    private void glyph(Graphics2D graphics, Glyph glyph, float[] ink) {
        Shape shape = placement().createTransformedShape(OUTLINES.get(glyph));
        graphics.setComposite(AlphaComposite.getInstance(AlphaComposite.SRC_OVER, (float) between(0.7, 1)));
        graphics.setColor(shade(ink, 0));
        if (random.nextInt(4) == 0) {
            graphics.setStroke(new BasicStroke((float) between(1.2, 2.4), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
            graphics.draw(shape);
        } else {
            graphics.fill(shape);
        }
    }

    private AffineTransform placement() {
        double size = SIDE / GRID * between(0.75 - 0.3 * hardness, 0.9 - 0.1 * hardness);
        double shift = 2 + 5 * hardness;
        double turn = 15 + 30 * hardness;
        AffineTransform placement = new AffineTransform();
        placement.translate(SIDE / 2.0 + between(-shift, shift), SIDE / 2.0 + between(-shift, shift));
        placement.rotate(Math.toRadians(between(-turn, turn)));
        placement.shear(between(-0.3, 0.3) * hardness, between(-0.15, 0.15));
        placement.scale(size * between(0.8, 1.15), size * between(0.8, 1.15));
        placement.translate(-GRID / 2, -GRID / 2);
        return placement;
    }

    private void clutter(Graphics2D graphics, int count, double leastAlpha, double mostAlpha) {
        for (int i = 0; i < count; i++) {
            double alpha = between(leastAlpha, mostAlpha);
            graphics.setComposite(AlphaComposite.getInstance(AlphaComposite.SRC_OVER, (float) alpha));
            graphics.setColor(shade(colour(), 0));
            double x = between(0, SIDE);
            double y = between(0, SIDE);
            graphics.setStroke(new BasicStroke((float) between(0.8, 2.6)));
            switch (random.nextInt(4)) {
                case 0 -> graphics.draw(new Ellipse2D.Double(x - 8, y - 8, between(5, 24), between(5, 24)));
                case 1 -> graphics.fill(new Rectangle2D.Double(x - 4, y - 4, between(2, 9), between(2, 9)));
                default -> graphics.draw(new Line2D.Double(x, y, between(0, SIDE), between(0, SIDE)));
            }
        }
    }

    private float[] colour() {
        return new float[] {random.nextFloat(), random.nextFloat(), random.nextFloat()};
    }

    /** A colour whose brightness differs from the other's, but not always by much. */
    private float[] contrasting(float[] other) {
        double least = 0.4 - 0.2 * hardness;
        float[] candidate = colour();
        while (Math.abs(brightness(candidate) - brightness(other)) < least) {
            candidate = colour();
        }
        return candidate;
    }

    private static double brightness(float[] colour) {
        return 0.3 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2];
    }

    private static Color shade(float[] colour, double by) {
        return new Color(unit(colour[0] + by), unit(colour[1] + by), unit(colour[2] + by));
    }

    private static float unit(double value) {
        return (float) Math.max(0, Math.min(1, value));
    }

    private double between(double low, double high) {
        return random.nextDouble(low, high);
    }
}
