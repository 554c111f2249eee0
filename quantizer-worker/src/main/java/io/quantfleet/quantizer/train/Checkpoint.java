package io.quantfleet.quantizer.train;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How far a training is: enough for another process to go on from there with the same result.
 *
 * @param identity of what is trained and how; a checkpoint of another training is not taken up
 * @param step how many updates there were; with the seed it says which samples come next
 * @param steps how many are planned
 * @param seconds how long it has taken
 * @param losses the sum of losses since the last point of the curve
 * @param lossesSince how many those are
 * @param best the accuracy of the best parameters so far
 * @param epochsWithoutGain how many epochs ended since then
 * @param curve how it went
 * @param state parameters with the optimizer's state, by name
 * @param bestValues the best parameters so far, by name
 */
record Checkpoint(
        String identity,
        int step,
        int steps,
        double seconds,
        double losses,
        int lossesSince,
        double best,
        int epochsWithoutGain,
        List<TrainingPoint> curve,
        Map<String, float[]> state,
        Map<String, float[]> bestValues) {
    private static final int MAGIC = 0x51465443;
    private static final int VERSION = 2;

    Checkpoint {
        curve = List.copyOf(curve);
        state = Map.copyOf(state);
        bestValues = Map.copyOf(bestValues);
    }

    /** Writes the checkpoint beside its place and moves it there when it is whole and on the disk. */
    void write(Path file) {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(part)))) {
                write(out);
            }
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new QuantizerException(
                    ReasonCode.QUANTIZATION_FAILED,
                    "can't write the checkpoint " + file + ": " + e.getMessage()
                            + "; it needs three times the weights' size",
                    e);
        }
    }

    private void write(DataOutputStream out) throws IOException {
        out.writeInt(MAGIC);
        out.writeInt(VERSION);
        out.writeUTF(identity);
        out.writeInt(step);
        out.writeInt(steps);
        out.writeDouble(seconds);
        out.writeDouble(losses);
        out.writeInt(lossesSince);
        out.writeDouble(best);
        out.writeInt(epochsWithoutGain);
        out.writeInt(curve.size());
        for (TrainingPoint point : curve) {
            out.writeInt(point.epoch());
            out.writeDouble(point.fraction());
            out.writeDouble(point.seconds());
            out.writeDouble(point.loss());
            out.writeDouble(point.accuracy());
        }
        write(out, state);
        write(out, bestValues);
        out.writeInt(MAGIC);
    }

    private static void write(DataOutputStream out, Map<String, float[]> values) throws IOException {
        out.writeInt(values.size());
        for (Map.Entry<String, float[]> entry : values.entrySet()) {
            out.writeUTF(entry.getKey());
            out.writeInt(entry.getValue().length);
            ByteBuffer bytes = ByteBuffer.allocate(entry.getValue().length * Float.BYTES);
            bytes.asFloatBuffer().put(entry.getValue());
            out.write(bytes.array());
        }
    }

    /**
     * Reads a checkpoint of that training.
     *
     * @return empty if there is none, or the file is of another training or damaged: then training begins anew
     */
    static Optional<Checkpoint> read(Path file, String identity) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            if (in.readInt() != MAGIC
                    || in.readInt() != VERSION
                    || !in.readUTF().equals(identity)) {
                return Optional.empty();
            }
            return read(in, identity);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<Checkpoint> read(DataInputStream in, String identity) throws IOException {
        int step = in.readInt();
        int steps = in.readInt();
        double seconds = in.readDouble();
        double losses = in.readDouble();
        int lossesSince = in.readInt();
        double best = in.readDouble();
        int epochsWithoutGain = in.readInt();
        List<TrainingPoint> curve = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            curve.add(new TrainingPoint(
                    in.readInt(), in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble()));
        }
        Map<String, float[]> state = values(in);
        Map<String, float[]> bestValues = values(in);
        return in.readInt() == MAGIC
                ? Optional.of(new Checkpoint(
                        identity,
                        step,
                        steps,
                        seconds,
                        losses,
                        lossesSince,
                        best,
                        epochsWithoutGain,
                        curve,
                        state,
                        bestValues))
                : Optional.empty();
    }

    private static Map<String, float[]> values(DataInputStream in) throws IOException {
        Map<String, float[]> values = new LinkedHashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            String name = in.readUTF();
            int count = in.readInt();
            // As much as the file can hold, whatever it says.
            byte[] bytes = in.readNBytes(Math.multiplyExact(count, Float.BYTES));
            float[] floats = new float[bytes.length / Float.BYTES];
            ByteBuffer.wrap(bytes).asFloatBuffer().get(floats);
            values.put(name, floats);
        }
        return values;
    }
}
