package io.quantfleet.controlplane.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.protocols.v1.QuantizationRung;
import io.quantfleet.protocols.v1.TrainingPoint;
import java.util.List;

/** The rungs that a running job has climbed, with the names that a finished report gives them. */
final class RungsJson {
    private RungsJson() {}

    static String of(List<QuantizationRung> rungs) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (QuantizationRung rung : rungs) {
            ObjectNode node = array.addObject().put("name", rung.getName());
            figure(node, "seconds", rung.getSeconds());
            figure(node, "gainDb", rung.getGainDb());
            node.put("bytes", rung.getBytes()).put("goalMet", rung.getGoalMet());
            ObjectNode heldOut = node.putObject("heldOut");
            figure(heldOut, "sqnrDb", rung.getSqnrDb());
            figure(heldOut, "agreement", rung.getAgreement());
            figure(heldOut, "lossPoints", rung.getLossPoints());
        }
        return array.toString();
    }

    /** How the training of a running job went until now. */
    static String training(List<TrainingPoint> points) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (TrainingPoint point : points) {
            ObjectNode node = array.addObject().put("epoch", point.getEpoch());
            figure(node, "fraction", point.getFraction());
            figure(node, "seconds", point.getSeconds());
            figure(node, "loss", point.getLoss());
            figure(node, "accuracy", point.getAccuracy());
        }
        return array.toString();
    }

    private static void figure(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }
}
