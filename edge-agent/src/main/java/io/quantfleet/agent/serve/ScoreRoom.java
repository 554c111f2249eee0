package io.quantfleet.agent.serve;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;

/** Whether the scores of one sample, which are copied to the heap, fit there: those of a language model are many. */
final class ScoreRoom {
    /** The part of the heap that they may take. */
    private static final int HEAP_PARTS = 4;

    private ScoreRoom() {}

    /**
     * Refuses a model before its first inference takes the agent down.
     *
     * @param places of a sample that have scores of their own
     * @throws ModelException if the scores don't fit
     */
    static void require(OrtSession session, String output, int places) throws OrtException {
        require(session, output, places, Runtime.getRuntime().maxMemory() / HEAP_PARTS);
    }

    static void require(OrtSession session, String output, int places, long room) throws OrtException {
        NodeInfo node = session.getOutputInfo().get(output);
        if (node == null || !(node.getInfo() instanceof TensorInfo info) || info.getShape().length == 0) {
            return; // told where names are compared
        }
        long classes = Math.max(0, info.getShape()[info.getShape().length - 1]);
        long bytes = places * classes * Float.BYTES;
        if (bytes > room) {
            throw new ModelException(
                    "the scores of one sample (" + places + " tokens, " + classes + " scores each) take "
                            + mebibytes(bytes) + " MiB, and the agent's heap has room for " + mebibytes(room)
                            + "; give the agent a larger -Xmx, or the model shorter samples");
        }
    }

    private static long mebibytes(long bytes) {
        return Math.round(bytes / (double) (1 << 20));
    }
}
