package io.quantfleet.controlplane.rollout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.util.Arrays;

/**
 * What {@code quantfleet bench gates} runs, in a process of its own: how often a bad variant is stopped at the canaries,
 * and a good one by mistake, by the gates as they are documented.
 */
public final class GateTrials {
    private static final int DEVICES = 500;
    private static final double FP32_ACCURACY = 0.9;
    private static final double POINTS_WORSE = 0.03;
    /** The documented way: 5 % canaries watched for ten minutes, and the rest, under the same gate. */
    private static final String STRATEGY = """
            {"stages": [
               {"name": "canary", "percent": 5, "soak": "PT10M",
                "gates": {"installed": {"minShare": 0.95},
                          "accuracy": {"against": "FP32", "maxLossPoints": 1, "risk": 0.01}}},
               {"name": "all", "percent": 100, "soak": "PT10M",
                "gates": {"installed": {"minShare": 0.95},
                          "accuracy": {"against": "FP32", "maxLossPoints": 1, "risk": 0.01}}}],
             "onFailure": "ROLL_BACK_ALL"}
            """;

    private GateTrials() {}

    /** Prints one JSON object; {@code arguments} are the number of runs of each kind, and the first seed. */
    public static void main(String[] arguments) throws JsonProcessingException {
        int runs = Integer.parseInt(arguments[0]);
        long seed = Long.parseLong(arguments[1]);
        System.out.println(run(runs, seed));
    }

    static ObjectNode run(int runs, long seed) throws JsonProcessingException {
        GateTrial trial = new GateTrial(strategy(), DEVICES, FP32_ACCURACY);
        int badStopped = 0;
        int goodStopped = 0;
        int goodFinished = 0;
        int mostAsked = 0;
        double[] seconds = new double[runs];
        for (int i = 0; i < runs; i++) {
            GateTrial.Outcome bad = trial.run(FP32_ACCURACY - POINTS_WORSE, seed + 2L * i);
            badStopped += bad.isStopped() && bad.stage() == 0 ? 1 : 0;
            mostAsked = Math.max(mostAsked, bad.asked());
            seconds[i] = bad.took().toMillis() / 1000.0;
            GateTrial.Outcome good = trial.run(FP32_ACCURACY, seed + 2L * i + 1);
            goodStopped += good.isStopped() ? 1 : 0;
            goodFinished += good.isFinished() ? 1 : 0;
        }
        Arrays.sort(seconds);
        return JsonMapper.builder()
                .build()
                .createObjectNode()
                .put("runs", runs)
                .put("badStopped", badStopped)
                .put("goodStopped", goodStopped)
                .put("goodFinished", goodFinished)
                .put("devices", DEVICES)
                .put("mostDevicesOfABadOne", mostAsked)
                .put("medianSecondsToStop", seconds[runs / 2]);
    }

    private static Strategy strategy() throws JsonProcessingException {
        return JsonMapper.builder()
                .addModule(new Jdk8Module())
                .addModule(new JavaTimeModule())
                .build()
                .readValue(STRATEGY, Strategy.class);
    }
}
