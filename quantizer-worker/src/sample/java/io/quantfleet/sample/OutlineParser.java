package io.quantfleet.sample;

import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reads the shapes of {@link Glyph}: SVG's M, L, C and Z with absolute coordinates, {@code O} for a disc (centre and
 * radius), {@code S} for spokes about the middle of the grid (how many, from and to which radius, half their width).
 * {@code +} begins a part that is added to what stands before it, {@code -} one that is cut out of it.
 */
final class OutlineParser {
    private static final double MIDDLE = 12;

    private OutlineParser() {}

    static Area parse(String text) {
        Area area = new Area();
        boolean add = true;
        for (String part : text.split(" (?=[+-] )")) {
            String commands = part;
            if (part.startsWith("+ ") || part.startsWith("- ")) {
                add = part.charAt(0) == '+';
                commands = part.substring(2);
            }
            Area shape = part(commands);
            if (add) {
                area.add(shape);
            } else {
                area.subtract(shape);
            }
        }
        return area;
    }

    private static Area part(String commands) {
        Area area = new Area();
        Path2D.Double path = new Path2D.Double();
        for (String command : commands.split(" (?=[A-Z])")) {
            List<Double> n = Stream.of(command.substring(1).trim().split(" "))
                    .filter(s -> !s.isEmpty())
                    .map(Double::valueOf)
                    .toList();
            switch (command.charAt(0)) {
                case 'M' -> path.moveTo(n.get(0), n.get(1));
                case 'L' -> path.lineTo(n.get(0), n.get(1));
                case 'C' -> path.curveTo(n.get(0), n.get(1), n.get(2), n.get(3), n.get(4), n.get(5));
                case 'Z' -> path.closePath();
                case 'O' -> area.add(new Area(disc(n.get(0), n.get(1), n.get(2))));
                case 'S' -> area.add(spokes(n.get(0).intValue(), n.get(1), n.get(2), n.get(3)));
                default -> throw new IllegalArgumentException("unknown command in outline: " + command);
            }
        }
        area.add(new Area(path));
        return area;
    }

    private static Shape disc(double x, double y, double radius) {
        return new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
    }

    private static Area spokes(int count, double from, double to, double halfWidth) {
        Area area = new Area();
        Shape spoke = new Rectangle2D.Double(MIDDLE + from, MIDDLE - halfWidth, to - from, 2 * halfWidth);
        for (int i = 0; i < count; i++) {
            AffineTransform turn = AffineTransform.getRotateInstance(2 * Math.PI * i / count, MIDDLE, MIDDLE);
            area.add(new Area(turn.createTransformedShape(spoke)));
        }
        return area;
    }
}
