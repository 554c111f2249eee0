package io.quantfleet.controlplane.console.rollout;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Something that people can do to a rollout.
 *
 * @param path of the REST interface, below the rollout's
 * @param label the button's words
 * @param question what to ask first; empty if it hurts nobody
 */
public record Move(String path, String label, String question) {
    private static final Move START = new Move("start", "Start now", "");
    private static final Move APPROVE = new Move("approve", "Approve", "");
    private static final Move PAUSE = new Move("pause", "Pause", "");
    private static final Move RESUME = new Move("resume", "Resume", "");
    private static final Move RETRY = new Move("retry", "Retry the failed", "");
    private static final Move PROMOTE =
            new Move("promote", "Skip the gates", "Go on to the next stage, whatever this stage's devices measure?");
    private static final Move ROLL_BACK =
            new Move("rollback", "Roll back", "Give every device of this rollout back what it served before?");
    private static final Move ABORT = new Move(
            "abort", "Abort", "End the rollout? No further device is asked to install; devices stay as they are.");

    private static final Map<String, List<Move>> LEGAL = Map.of(
            "DRAFT", List.of(START, ABORT),
            "SCHEDULED", List.of(START, ABORT),
            "RUNNING", List.of(PAUSE, PROMOTE, ROLL_BACK, ABORT),
            "PAUSED", List.of(RESUME, PROMOTE, ROLL_BACK, ABORT));

    /** What can be done in a state. */
    static List<Move> of(String state, boolean awaitsApproval, boolean anyFailed) {
        List<Move> moves = new ArrayList<>();
        if (awaitsApproval && state.equals("RUNNING")) {
            moves.add(APPROVE);
        }
        moves.addAll(LEGAL.getOrDefault(state, List.of()));
        if (anyFailed && (state.equals("RUNNING") || state.equals("PAUSED"))) {
            moves.add(RETRY);
        }
        return moves;
    }
}
