package io.quantfleet.quantizer;

import io.quantfleet.quantizer.target.DeviceClassProfile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The first half of a request: makes the variants, one after another, and names their files. */
final class Drafting {
    private final VariantMaker maker;
    private final Inspection inspection;
    private final String model;
    private final OutputFolder output;
    private final ProgressScale progress;

    Drafting(VariantMaker maker, Inspection inspection, String model, OutputFolder output, ProgressScale progress) {
        this.maker = maker;
        this.inspection = inspection;
        this.model = model;
        this.output = output;
        this.progress = progress;
    }

    List<Draft> make(VariantMaker.Source source, List<DeviceClassProfile> profiles) {
        List<Draft> drafts = new ArrayList<>();
        for (DeviceClassProfile profile : profiles) {
            int index = drafts.size();
            String name = model + "." + profile.name() + ".onnx";
            Path file = output.staged(name);
            VariantMaker.MadeVariant made = maker.make(source, profile, file, progress.making(profile.name(), index));
            drafts.add(new Draft(profile, file, output.published(name), made, inspection.inspect(file, profile)));
        }
        return drafts;
    }
}
