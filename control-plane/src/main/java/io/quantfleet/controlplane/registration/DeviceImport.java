package io.quantfleet.controlplane.registration;

import io.quantfleet.controlplane.rollout.Departures;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.ReasonCode;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One import, from the first line to the last. Each batch is a transaction of its own: an import that is cut off has taken
 * the batches before, and done again it takes the rest. For use by one thread.
 */
final class DeviceImport {
    private static final int BATCH = 2_000;
    static final long MAX_LINES = 1_000_000;

    private final Database database;
    private final JdbiRegistrations registrations;
    private final Departures departures;
    private final Clock clock;
    private final ImportOptions options;
    private final RegistrationReader reader;
    private final List<LineFault> faults = new ArrayList<>();
    private final List<Registration> batch = new ArrayList<>();
    private long lines;
    private long registered;
    private long updated;
    private long unchanged;
    private long rejected;

    DeviceImport(
            Database database,
            JdbiRegistrations registrations,
            Departures departures,
            Clock clock,
            ImportOptions options,
            RegistrationReader reader) {
        this.database = database;
        this.registrations = registrations;
        this.departures = departures;
        this.clock = clock;
        this.options = options;
        this.reader = reader;
    }

    /** Takes every line that can be taken. */
    ImportReport run(BodyLines body, RowFormat format) throws IOException {
        String line = body.next();
        while (line != null && lines < MAX_LINES) {
            lines++;
            take(body, line, format);
            if (batch.size() == BATCH) {
                flush();
            }
            line = body.next();
        }
        flush();
        if (registered >= BATCH && !options.dryRun()) {
            database.useTransaction(registrations::analyze);
        }
        return new ImportReport(
                lines, registered, updated, unchanged, rejected, faults, line == null, options.dryRun());
    }

    private void take(BodyLines body, String line, RowFormat format) {
        Optional<Row> row = Optional.empty();
        try {
            if (body.isCut()) {
                throw new LineFaultException("", "longer than " + BodyLines.MAX_LINE + " characters");
            }
            row = Optional.of(format.read(line));
            batch.add(reader.read(body.number(), row.get()));
        } catch (LineFaultException e) {
            reject(RegistrationReader.fault(body.number(), row, e));
        }
    }

    private void reject(LineFault fault) {
        rejected++;
        if (faults.size() < ImportReport.MAX_ERRORS) {
            faults.add(fault);
        }
    }

    /** What becomes of a batch; counted only once it is committed. */
    private record Outcome(int registered, int updated, int unchanged, List<LineFault> faults) {}

    private void flush() {
        if (batch.isEmpty()) {
            return;
        }
        Outcome outcome = database.inTransaction(this::store);
        registered += outcome.registered();
        updated += outcome.updated();
        unchanged += outcome.unchanged();
        outcome.faults().forEach(this::reject);
        batch.clear();
    }

    private Outcome store(Tx tx) {
        Map<String, Known> known = registrations.lock(tx, batch);
        List<Registration> fresh = new ArrayList<>();
        List<Registration> changed = new ArrayList<>();
        // A rollout that took one in has no variant, or another, for what it is now; it may take it in anew.
        List<DeviceId> reclassed = new ArrayList<>();
        List<LineFault> objections = new ArrayList<>();
        for (Registration line : batch) {
            Known before = known.get(line.id().value());
            if (before == null) {
                fresh.add(line);
            } else if (!before.is(line)) {
                before.objection(line, options.update()).ifPresentOrElse(objections::add, () -> {
                    changed.add(line);
                    if (before.isOfAnotherClass(line)) {
                        reclassed.add(line.id());
                    }
                });
            }
        }
        int same = batch.size() - fresh.size() - changed.size() - objections.size();
        if (!options.dryRun()) {
            Set<String> made = registrations.insert(tx, fresh, clock.instant());
            fresh.stream()
                    .filter(line -> !made.contains(line.id().value()))
                    .map(DeviceImport::takenMeanwhile)
                    .forEach(objections::add);
            registrations.update(tx, changed);
            reclassed.forEach(device -> departures.leave(tx, device));
            return new Outcome(made.size(), changed.size(), same, objections);
        }
        return new Outcome(fresh.size(), changed.size(), same, objections);
    }

    private static LineFault takenMeanwhile(Registration line) {
        return new LineFault(
                line.line(),
                Optional.of("id"),
                Optional.of(line.id().value()),
                ReasonCode.DEVICE_EXISTS,
                "somebody else registered it at the same time; import the line again");
    }
}
