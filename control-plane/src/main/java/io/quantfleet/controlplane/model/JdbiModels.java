package io.quantfleet.controlplane.model;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.filter.SqlFilter;
import io.quantfleet.controlplane.storage.Rows;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.v1.ModelArtifacts;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jdbi.v3.core.statement.StatementContext;

/** Models and their versions in the database. */
@Singleton
public class JdbiModels {
    /** A registered version. */
    record Registered(
            ModelVersionId id,
            String contentSha256,
            String task,
            String description,
            String onnxSha256,
            long onnxBytes,
            ModelArtifacts artifacts,
            Optional<Double> maxLossPoints,
            String source,
            Instant registeredAt) {}

    /** A model in a list. */
    @Schema(name = "ModelSummary")
    record Summary(String name, int versions, int latestVersion, Instant registeredAt) {}

    /** Models by their names, behind the one of the page before. */
    List<Summary> list(Tx tx, Filter<Summary> filter, Optional<String> after, int limit) {
        SqlFilter sql = SqlFilter.of(filter);
        return tx.handle()
                .createQuery("select m.* from " + ModelFields.TABLE + " where " + sql.condition()
                        + " and m.model_name > :after order by m.model_name limit :limit")
                .bindMap(sql.values())
                .bind("after", after.orElse(""))
                .bind("limit", limit)
                .map((row, context) -> new Summary(
                        row.getString("model_name"),
                        row.getInt("versions"),
                        row.getInt("latest"),
                        Rows.instant(row, "registered_at")))
                .list();
    }

    /** The versions of a model, newest first; empty if there is no such model. */
    List<Registered> versions(Tx tx, String model) {
        return tx.handle()
                .createQuery("select * from model_version where model_name = :model order by version desc")
                .bind("model", model)
                .map(JdbiModels::map)
                .list();
    }

    Optional<Registered> find(Tx tx, String model, int version) {
        return tx.handle()
                .createQuery("select * from model_version where model_name = :model and version = :version")
                .bind("model", model)
                .bind("version", version)
                .map(JdbiModels::map)
                .findOne();
    }

    /** Whether there is such a version; {@code NOT_FOUND} otherwise. */
    public ModelVersionId require(Tx tx, String model, int version) {
        return find(tx, model, version)
                .map(Registered::id)
                .orElseThrow(() -> ControlPlaneException.notFound("version " + version + " of model '" + model + "'"));
    }

    Optional<Registered> findByContent(Tx tx, String model, String contentSha256) {
        return tx.handle()
                .createQuery("select * from model_version where model_name = :model and content_sha256 = :content")
                .bind("model", model)
                .bind("content", contentSha256)
                .map(JdbiModels::map)
                .findOne();
    }

    /** Makes the model if it is new, and holds it, so that its versions are numbered one at a time. */
    void lock(Tx tx, String model, Instant now) {
        tx.handle()
                .createUpdate("insert into model (name, created_at) values (:name, :now) on conflict do nothing")
                .bind("name", model)
                .bind("now", now)
                .execute();
        tx.handle()
                .createQuery("select name from model where name = :name for update")
                .bind("name", model)
                .mapTo(String.class)
                .one();
    }

    int latestVersion(Tx tx, String model) {
        return tx.handle()
                .createQuery("select coalesce(max(version), 0) from model_version where model_name = :model")
                .bind("model", model)
                .mapTo(Integer.class)
                .one();
    }

    void insert(Tx tx, ModelVersionId id, NewModelVersion version, Instant now) {
        tx.handle()
                .createUpdate("""
                        insert into model_version
                            (model_name, version, content_sha256, task, description, onnx_sha256, onnx_bytes,
                             artifacts, max_loss_points, source, registered_at)
                        values (:model, :version, :content, :task, :description, :onnxSha256, :onnxBytes,
                             cast(:artifacts as jsonb), :maxLossPoints, :source, :now)""")
                .bind("model", id.model())
                .bind("version", id.version())
                .bind("content", version.contentSha256())
                .bind("task", version.description().task())
                .bind("description", version.description().yaml())
                .bind("onnxSha256", version.artifacts().getOnnx().getArtifact().getSha256())
                .bind("onnxBytes", version.onnxBytes())
                .bind("artifacts", json(version.artifacts()))
                .bind("maxLossPoints", version.maxLossPoints())
                .bind("source", version.source().name())
                .bind("now", now)
                .execute();
    }

    private static String json(ModelArtifacts artifacts) {
        try {
            return JsonFormat.printer().omittingInsignificantWhitespace().print(artifacts);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("artifacts are always printable", e);
        }
    }

    private static ModelArtifacts artifacts(String json) {
        ModelArtifacts.Builder artifacts = ModelArtifacts.newBuilder();
        try {
            JsonFormat.parser().ignoringUnknownFields().merge(json, artifacts);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the database holds artifacts that don't parse", e);
        }
        return artifacts.build();
    }

    private static Registered map(ResultSet row, StatementContext context) throws SQLException {
        return new Registered(
                new ModelVersionId(row.getString("model_name"), row.getInt("version")),
                row.getString("content_sha256"),
                row.getString("task"),
                row.getString("description"),
                row.getString("onnx_sha256"),
                row.getLong("onnx_bytes"),
                artifacts(row.getString("artifacts")),
                Rows.optionalDouble(row, "max_loss_points"),
                row.getString("source"),
                Rows.instant(row, "registered_at"));
    }
}
