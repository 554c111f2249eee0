package io.quantfleet.agent.serve;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.quantfleet.protocols.v1.ProbeSet;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Reads probe sets without taking their pixels onto the heap: they stay in the mapped file. */
final class ProbeSetFile {
    private ProbeSetFile() {}

    /** @throws ModelException if the file can't be read or its content isn't a sound probe set */
    static ProbeSet read(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            CodedInputStream in = UnsafeByteOperations.unsafeWrap(
                            channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()))
                    .newCodedInput();
            in.enableAliasing(true);
            ProbeSet probeSet = ProbeSet.parseFrom(in);
            requireSound(probeSet);
            return probeSet;
        } catch (InvalidProtocolBufferException e) {
            throw new ModelException("the probe set is malformed: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new ModelException("the probe set in " + file + " can't be read: " + e.getMessage(), e);
        }
    }

    private static void requireSound(ProbeSet probeSet) {
        if (probeSet.getInputsCount() == 0 || probeSet.getOutput().isEmpty()) {
            throw new ModelException("the probe set names no input or no output of the model");
        }
    }
}
