package io.quantfleet.agent.apply;

import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.ReportedState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the agent must remember over restarts of deployments and their reports.
 *
 * @param lastReport number of the latest report, 0 before the first
 * @param lastDesired hash of the latest desired state that was dealt with, accepted or not
 * @param deployment how the deployment that was accepted last stands
 * @param selfTestStarts how often that deployment's self-test was begun
 * @param outbox reports that the broker does not have yet, oldest first
 */
record Journal(
        long lastReport,
        Optional<Sha256> lastDesired,
        Optional<ReportedState> deployment,
        int selfTestStarts,
        List<ReportedState> outbox) {
    static final Journal EMPTY = new Journal(0, Optional.empty(), Optional.empty(), 0, List.of());

    Journal {
        outbox = List.copyOf(outbox);
    }

    /** The sequence above which the next manifest's must be. */
    long lastSequence() {
        return deployment.map(ReportedState::getSequence).orElse(0L);
    }

    Journal dealtWith(Sha256 desired) {
        return new Journal(lastReport, Optional.of(desired), deployment, selfTestStarts, outbox);
    }

    Journal dealtWithNothing() {
        return new Journal(lastReport, Optional.empty(), deployment, selfTestStarts, outbox);
    }

    Journal at(ReportedState report, int starts) {
        return new Journal(report.getReportNumber(), lastDesired, Optional.of(report), starts, outbox);
    }

    /**
     * Queues a report. Where the last queued one is of the same deployment, not final and not on its way, it says
     * nothing that the new one doesn't, and gives way; a final report always stays.
     *
     * @param onItsWay number of the report that is being published, 0 for none
     */
    Journal queue(ReportedState report, long onItsWay) {
        List<ReportedState> queued = new ArrayList<>(outbox);
        if (!queued.isEmpty()) {
            ReportedState last = queued.get(queued.size() - 1);
            if (!Reports.isFinal(last)
                    && last.getReportNumber() != onItsWay
                    && last.getDeploymentId().equals(report.getDeploymentId())) {
                queued.remove(queued.size() - 1);
            }
        }
        queued.add(report);
        return new Journal(report.getReportNumber(), lastDesired, deployment, selfTestStarts, queued);
    }

    Journal delivered(long reportNumber) {
        List<ReportedState> rest = outbox.stream()
                .filter(report -> report.getReportNumber() != reportNumber)
                .toList();
        return new Journal(lastReport, lastDesired, deployment, selfTestStarts, rest);
    }
}
