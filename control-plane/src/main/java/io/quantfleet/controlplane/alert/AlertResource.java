package io.quantfleet.controlplane.alert;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Creates;
import io.quantfleet.controlplane.Refuses;
import io.quantfleet.controlplane.conditional.EntityTags;
import io.quantfleet.controlplane.conditional.Preconditions;
import io.quantfleet.controlplane.fleet.JdbiFleets;
import io.quantfleet.controlplane.listing.ListPage;
import io.quantfleet.controlplane.listing.ListRequest;
import io.quantfleet.controlplane.listing.PageParameters;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.ReasonCode;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Alerts, their rules and their receivers over REST. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Alerts")
public class AlertResource {
    private static final Duration USUAL_CLEAR = Duration.ofMinutes(2);

    private final Database database;
    private final JdbiAlertRules rules;
    private final JdbiAlerts alerts;
    private final JdbiFleets fleets;
    private final EntityTags tags;
    private final Clock clock;

    AlertResource(
            Database database,
            JdbiAlertRules rules,
            JdbiAlerts alerts,
            JdbiFleets fleets,
            EntityTags tags,
            Clock clock) {
        this.database = database;
        this.rules = rules;
        this.alerts = alerts;
        this.fleets = fleets;
        this.tags = tags;
        this.clock = clock;
    }

    /**
     * A rule as it is put.
     *
     * @param fleet whose devices are looked at; each fleet's if it is left out
     * @param holdFor by default none: the alert fires at the first look
     * @param clearFor by default two minutes
     * @param severity by default {@code warning}
     */
    @Schema(name = "NewAlertRule")
    record RuleBody(
            @Nullable String fleet,
            AlertRule.@Nullable Condition condition,
            @Nullable Duration holdFor,
            @Nullable Duration clearFor,
            @Nullable String severity,
            @Nullable List<String> receivers,
            @Nullable Boolean enabled) {}

    /** A receiver as it is put. */
    @Schema(name = "NewAlertReceiver")
    record ReceiverBody(
            Receiver.@Nullable Kind kind,
            @Nullable URI url,
            @Nullable String secret) {}

    /**
     * A receiver as it is shown; its secret is not.
     *
     * @param otherSecret of a dry run: whether the secret would be another than it is
     */
    @Schema(name = "AlertReceiver")
    record ReceiverView(String name, Receiver.Kind kind, URI url, boolean signed, Optional<Boolean> otherSecret) {
        static ReceiverView of(Receiver receiver) {
            return new ReceiverView(
                    receiver.name(),
                    receiver.kind(),
                    receiver.url(),
                    !receiver.secret().isEmpty(),
                    Optional.empty());
        }

        /** As a dry run answers. */
        ReceiverView instead(Optional<Receiver> before, Receiver wanted) {
            boolean other = before.filter(receiver -> receiver.secret().equals(wanted.secret()))
                    .isEmpty();
            return new ReceiverView(name, kind, url, signed, Optional.of(other));
        }
    }

    @GET
    @Path("alerts")
    @Operation(
            operationId = "listAlerts",
            summary = "Alerts, those that are not resolved first",
            description = "'state' is PENDING, FIRING or RESOLVED."
                    + " Where more follow, a Link header leads to the next page.")
    public RestResponse<List<Alert>> list(
            @QueryParam("state") @DefaultValue("") String state,
            @QueryParam("fleet") @DefaultValue("") String fleet,
            @QueryParam("limit") @DefaultValue("100") int limit,
            @QueryParam("cursor") @Nullable String cursor,
            @Context UriInfo uri) {
        ListRequest request = ListRequest.of(null, limit, cursor);
        Optional<UUID> after = request.afterId();
        return database.inTransaction(tx -> ListPage.of(
                        request,
                        alerts.list(tx, state.toUpperCase(Locale.ROOT), fleet, after, request.limit() + 1),
                        alert -> alert.id().toString()))
                .toResponse(uri);
    }

    @GET
    @Path("alert-rules")
    @Operation(operationId = "listAlertRules", summary = "Rules, by their names")
    public RestResponse<List<AlertRule>> listRules(@BeanParam PageParameters parameters, @Context UriInfo uri) {
        ListRequest request = parameters.request();
        return ListPage.within(request, database.inTransaction(rules::rules), AlertRule::name)
                .toResponse(uri);
    }

    @GET
    @Path("alert-rules/{name}")
    @Operation(operationId = "getAlertRule", summary = "One rule")
    public RestResponse<AlertRule> rule(
            String name, @Nullable @HeaderParam(HttpHeaders.IF_NONE_MATCH) String ifNoneMatch) {
        return database.inTransaction(tx -> rules.rule(tx, name))
                .map(rule -> tags.read(ifNoneMatch, rule))
                .orElseThrow(() -> noRule(name));
    }

    @PUT
    @Path("alert-rules/{name}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "putAlertRule",
            summary = "Makes a rule, or replaces it",
            description =
                    "'condition.kind' is THRESHOLD (metric, above, value, clear, over), BURN_RATE (metric, objective,"
                            + " factor, longSpan, shortSpan) or ABSENCE (over). Durations are as PT5M. 201 for a new one."
                            + " With 'dryRun' nothing is kept: 200 if it could be.")
    @Refuses(ReasonCode.NOT_FOUND)
    @Creates(located = false, otherwise = "The rule there was is replaced; with 'dryRun', the rule as it would be")
    public RestResponse<AlertRule> putRule(
            String name,
            RuleBody body,
            @QueryParam("dryRun") @DefaultValue("false") boolean dryRun,
            @BeanParam Preconditions preconditions) {
        AlertRule rule = read(name, body);
        boolean isNew = database.inTransaction(tx -> {
            tags.require(preconditions, "alert rule '" + name + "'", rules.lockRule(tx, name));
            check(tx, rule);
            return !dryRun && rules.put(tx, rule, clock.instant());
        });
        return tags.tagged(isNew ? RestResponse.Status.CREATED : RestResponse.Status.OK, rule);
    }

    @DELETE
    @Path("alert-rules/{name}")
    @Operation(
            operationId = "deleteAlertRule",
            summary = "Deletes a rule",
            description = "Its alerts are resolved at the next look.")
    public void deleteRule(String name, @BeanParam Preconditions preconditions) {
        database.useTransaction(tx -> {
            AlertRule rule = rules.lockRule(tx, name).orElseThrow(() -> noRule(name));
            tags.require(preconditions, "alert rule '" + name + "'", Optional.of(rule));
            rules.delete(tx, name);
        });
    }

    @GET
    @Path("alert-receivers")
    @Operation(operationId = "listAlertReceivers", summary = "Receivers, by their names")
    public RestResponse<List<ReceiverView>> receivers(@BeanParam PageParameters parameters, @Context UriInfo uri) {
        ListRequest request = parameters.request();
        List<ReceiverView> all = database.inTransaction(rules::receivers).stream()
                .map(ReceiverView::of)
                .toList();
        return ListPage.within(request, all, ReceiverView::name).toResponse(uri);
    }

    @GET
    @Path("alert-receivers/{name}")
    @Operation(operationId = "getAlertReceiver", summary = "One receiver")
    public RestResponse<ReceiverView> receiver(
            String name, @Nullable @HeaderParam(HttpHeaders.IF_NONE_MATCH) String ifNoneMatch) {
        return database.inTransaction(tx -> rules.receiver(tx, name))
                .map(receiver -> tags.read(ifNoneMatch, ReceiverView.of(receiver)))
                .orElseThrow(() -> noReceiver(name));
    }

    @PUT
    @Path("alert-receivers/{name}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "putAlertReceiver",
            summary = "Makes a receiver, or replaces it",
            description = "A WEBHOOK takes a POST for each alert that fires or is resolved, signed where there is a"
                    + " 'secret'; an ALERTMANAGER is told by its API v2. With 'dryRun' nothing is kept.")
    public RestResponse<ReceiverView> putReceiver(
            String name,
            ReceiverBody body,
            @QueryParam("dryRun") @DefaultValue("false") boolean dryRun,
            @BeanParam Preconditions preconditions) {
        if (body.kind() == null || body.url() == null) {
            throw ControlPlaneException.invalid("a receiver needs a 'kind', WEBHOOK or ALERTMANAGER, and a 'url'");
        }
        Receiver receiver = new Receiver(name, body.kind(), body.url(), Objects.requireNonNullElse(body.secret(), ""));
        ReceiverView put = database.inTransaction(tx -> {
            Optional<Receiver> before = rules.lockReceiver(tx, name);
            tags.require(preconditions, "alert receiver '" + name + "'", before.map(ReceiverView::of));
            if (dryRun) {
                return ReceiverView.of(receiver).instead(before, receiver);
            }
            rules.putReceiver(tx, receiver, clock.instant());
            return ReceiverView.of(receiver);
        });
        return tags.tagged(RestResponse.Status.OK, put);
    }

    @DELETE
    @Path("alert-receivers/{name}")
    @Operation(
            operationId = "deleteAlertReceiver",
            summary = "Deletes a receiver",
            description = "What it was still to be told is forgotten.")
    public void deleteReceiver(String name, @BeanParam Preconditions preconditions) {
        database.useTransaction(tx -> {
            Receiver receiver = rules.lockReceiver(tx, name).orElseThrow(() -> noReceiver(name));
            tags.require(preconditions, "alert receiver '" + name + "'", Optional.of(ReceiverView.of(receiver)));
            rules.deleteReceiver(tx, name);
        });
    }

    private static ControlPlaneException noRule(String name) {
        return ControlPlaneException.notFound("alert rule '" + name + "'");
    }

    private static ControlPlaneException noReceiver(String name) {
        return ControlPlaneException.notFound("alert receiver '" + name + "'");
    }

    private static AlertRule read(String name, RuleBody body) {
        if (body.condition() == null) {
            throw ControlPlaneException.invalid(
                    "an alert rule needs a 'condition' of kind THRESHOLD, BURN_RATE or ABSENCE");
        }
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9_-]{0,99}")) {
            throw ControlPlaneException.invalid(
                    "an alert rule's name has letters, digits, hyphens and underscores, at most" + " 100; '" + name
                            + "' does not");
        }
        return new AlertRule(
                name,
                Optional.ofNullable(body.fleet()),
                body.condition(),
                Objects.requireNonNullElse(body.holdFor(), Duration.ZERO),
                Objects.requireNonNullElse(body.clearFor(), USUAL_CLEAR),
                Objects.requireNonNullElse(body.severity(), "warning"),
                Objects.requireNonNullElse(body.receivers(), List.of()),
                Objects.requireNonNullElse(body.enabled(), true));
    }

    private void check(Tx tx, AlertRule rule) {
        List<String> known = rules.receivers(tx).stream().map(Receiver::name).toList();
        rule.receivers().stream()
                .filter(receiver -> !known.contains(receiver))
                .findFirst()
                .ifPresent(receiver -> {
                    throw ControlPlaneException.invalid("there is no alert receiver '" + receiver
                            + "'; make it first with PUT /api/v1/alert-receivers/" + receiver);
                });
        rule.fleet().ifPresent(fleet -> fleets.require(tx, fleet));
    }
}
