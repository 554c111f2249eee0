package io.quantfleet.agent.apply;

import io.quantfleet.agent.apply.Deployment.Attempt;
import io.quantfleet.protocols.trace.TraceParent;
import io.quantfleet.protocols.v1.DeploymentTrace;
import io.quantfleet.protocols.v1.ReportedState;
import java.util.Optional;

/**
 * When the steps of a deployment began, for those that came in a trace: the agent makes no spans, it tells the times, and
 * the control plane makes spans of them. They are kept in the journal with the report, so a restart loses none. See {@code
 * docs/decisions/0023-traces.md}.
 */
final class DeploymentSteps {
    /** A device that restarts for ever must not make its reports longer and longer. */
    private static final int MOST = 32;

    private DeploymentSteps() {}

    static DeploymentTrace begin(TraceParent trace) {
        return DeploymentTrace.newBuilder().setTraceparent(trace.value()).build();
    }

    /** What is known of the deployment that {@code to} is a state of. */
    static Optional<DeploymentTrace> soFar(Optional<ReportedState> last, Deployment.State to) {
        Optional<String> deployment = to.deployment().map(Attempt::deploymentId);
        return last.filter(ReportedState::hasTrace)
                .filter(report ->
                        deployment.filter(report.getDeploymentId()::equals).isPresent())
                .map(ReportedState::getTrace);
    }

    /** The report with the steps so far, and its own if that is a new one. */
    static ReportedState note(ReportedState report, Optional<DeploymentTrace> trace) {
        if (trace.isEmpty()) {
            return report;
        }
        DeploymentTrace.Builder steps = trace.get().toBuilder();
        int count = steps.getStepsCount();
        boolean isNew = count == 0 || steps.getSteps(count - 1).getState() != report.getState();
        if (isNew && count < MOST) {
            steps.addSteps(DeploymentTrace.Step.newBuilder()
                    .setState(report.getState())
                    .setBegan(report.getAt()));
        }
        return report.toBuilder().setTrace(steps).build();
    }
}
