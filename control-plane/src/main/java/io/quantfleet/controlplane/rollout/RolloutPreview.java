package io.quantfleet.controlplane.rollout;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What a rollout would do with a fleet as it is.
 *
 * @param nextWindow when devices may be asked, if no maintenance window of the fleet is open now
 * @param supersedes the rollout that it would take the fleet over from
 */
public record RolloutPreview(
        String fleet,
        String model,
        int version,
        long devices,
        long bytesAtMost,
        Optional<Instant> nextWindow,
        Optional<UUID> supersedes,
        List<Stage> stages) {
    public RolloutPreview {
        stages = List.copyOf(stages);
    }

    /**
     * One stage.
     *
     * @param approval whether it would wait for somebody
     * @param bytesAtMost that its devices would fetch if none of them had any of it
     */
    @Schema(name = "StagePreview")
    public record Stage(
            int stage, String name, long devices, boolean approval, long bytesAtMost, List<ClassPart> classes) {
        public Stage {
            classes = List.copyOf(classes);
        }
    }

    /**
     * The devices of one class in a stage.
     *
     * @param serving how many of them serve this variant already
     * @param bytesEach of the variant and its probe set
     */
    @Schema(name = "StagePreviewOfClass")
    public record ClassPart(String deviceClass, long devices, long serving, String variantSha256, long bytesEach) {
        /** That all of them would fetch if none of them had any of it. */
        public long bytesTogether() {
            return devices * bytesEach;
        }
    }
}
