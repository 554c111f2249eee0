package io.quantfleet.controlplane.console.audit;

import io.quantfleet.controlplane.audit.AuditEntry;
import io.quantfleet.controlplane.audit.AuditFields;
import io.quantfleet.controlplane.audit.JdbiAuditLog;
import io.quantfleet.controlplane.console.frame.Page;
import io.quantfleet.controlplane.console.frame.Pages;
import io.quantfleet.controlplane.console.frame.QueryMistake;
import io.quantfleet.controlplane.console.frame.Units;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.filter.FilterException;
import io.quantfleet.controlplane.storage.Database;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.Optional;

/** {@code /audit}: who did what, when, and what became of it; filtered by its URL. */
@Path("/audit")
@Produces(MediaType.TEXT_HTML)
@Blocking
class AuditPage {
    private static final int PAGE_SIZE = 100;

    private final Pages pages;
    private final Database database;
    private final JdbiAuditLog log;

    AuditPage(Pages pages, Database database, JdbiAuditLog log) {
        this.pages = pages;
        this.database = database;
        this.log = log;
    }

    @GET
    public TemplateInstance audit(
            @QueryParam("filter") @DefaultValue("") String query,
            @QueryParam("before") @DefaultValue("") String before,
            @Context UriInfo uri) {
        Page page = pages.page("Audit", "audit", uri);
        String filter = query.strip();
        try {
            List<AuditLine> found = lines(AuditFields.read(filter, page.now()), before);
            boolean more = found.size() > PAGE_SIZE;
            List<AuditLine> shown = more ? found.subList(0, PAGE_SIZE) : found;
            String older = more
                    ? "?filter=" + Units.url(filter) + "&before="
                            + shown.get(PAGE_SIZE - 1).entry().id()
                    : "";
            return Templates.audit(page, filter, before, Optional.empty(), shown, older);
        } catch (FilterException e) {
            return Templates.audit(page, filter, "", Optional.of(QueryMistake.of(filter, e)), List.of(), "");
        }
    }

    private List<AuditLine> lines(Filter<AuditEntry> filter, String before) {
        Optional<Long> below = before.matches("[0-9]{1,18}") ? Optional.of(Long.valueOf(before)) : Optional.empty();
        return database.inTransaction(tx -> log.list(tx, filter, below, PAGE_SIZE + 1)).stream()
                .map(AuditLine::new)
                .toList();
    }

    @CheckedTemplate(basePath = "console/audit")
    static class Templates {
        static native TemplateInstance audit(
                Page page,
                String filter,
                String before,
                Optional<QueryMistake> mistake,
                List<AuditLine> lines,
                String older);
    }
}
