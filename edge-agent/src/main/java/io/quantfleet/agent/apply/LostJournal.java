package io.quantfleet.agent.apply;

import io.quantfleet.agent.apply.Deployment.Attempt;
import io.quantfleet.agent.apply.Deployment.Fetching;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.ReportedState;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a journal that was lost will have said, as far as other files tell. The deployment that was accepted last is begun
 * again, mostly from chunks at hand, and so ends in a report once more; manifests before it stay refused. Reports are
 * numbered from the clock's seconds on: no device reports as often as once a second all its life, so these numbers are
 * above those that were used.
 */
final class LostJournal {
    private final Reports reports;
    private final InstantSource clock;

    LostJournal(Reports reports, InstantSource clock) {
        this.reports = reports;
        this.clock = clock;
    }

    /** @param known the manifests that are on the disk */
    Journal rebuild(Stream<Manifest> known) {
        long lastReport = Math.max(1, clock.instant().getEpochSecond());
        Optional<ReportedState> deployment = known.reduce(LostJournal::later)
                .map(manifest -> reports.of(new Fetching(attempt(manifest)), lastReport, Optional.empty()));
        return new Journal(lastReport, Optional.empty(), deployment, 0, List.of());
    }

    private static Manifest later(Manifest one, Manifest other) {
        return Long.compareUnsigned(one.getSequence(), other.getSequence()) > 0 ? one : other;
    }

    private static Attempt attempt(Manifest manifest) {
        return new Attempt(
                manifest.getDeploymentId(),
                manifest.getSequence(),
                manifest.getVariant().getArtifact().getSize()
                        + manifest.getProbeSet().getArtifact().getSize(),
                0,
                Optional.empty(),
                false);
    }
}
