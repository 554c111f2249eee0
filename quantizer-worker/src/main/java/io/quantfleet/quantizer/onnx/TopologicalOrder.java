package io.quantfleet.quantizer.onnx;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;

/** The order in which a graph's nodes can run; among nodes that are free, the one that was there first. */
final class TopologicalOrder {
    private TopologicalOrder() {}

    static List<Node> of(Collection<Node> nodes, Map<String, Node> producers) {
        Map<Node, Integer> waitingFor = new HashMap<>();
        Map<Node, List<Node>> followers = new HashMap<>();
        Map<Node, Integer> places = new HashMap<>();
        nodes.forEach(node -> places.put(node, places.size()));
        Queue<Node> ready = new PriorityQueue<>(Comparator.comparing(node -> places.getOrDefault(node, 0)));
        for (Node node : nodes) {
            Set<Node> before = predecessors(node, producers);
            waitingFor.put(node, before.size());
            before.forEach(each ->
                    followers.computeIfAbsent(each, key -> new ArrayList<>()).add(node));
            if (before.isEmpty()) {
                ready.add(node);
            }
        }
        List<Node> order = new ArrayList<>(nodes.size());
        while (!ready.isEmpty()) {
            Node node = ready.remove();
            order.add(node);
            for (Node follower : followers.getOrDefault(node, List.of())) {
                if (waitingFor.merge(follower, -1, Integer::sum) == 0) {
                    ready.add(follower);
                }
            }
        }
        if (order.size() < nodes.size()) {
            throw new QuantizerException(ReasonCode.MODEL_MALFORMED, "the graph has a cycle");
        }
        return order;
    }

    private static Set<Node> predecessors(Node node, Map<String, Node> producers) {
        Set<Node> before = new LinkedHashSet<>();
        for (String tensor : node.inputs()) {
            Node producer = producers.get(tensor);
            if (producer != null) {
                before.add(producer);
            }
        }
        for (String tensor : node.captured()) {
            Node producer = producers.get(tensor);
            if (producer != null && producer != node) {
                before.add(producer);
            }
        }
        return before;
    }
}
