package io.quantfleet.quantizer.dataset;

/** Descriptions that tests start from. */
final class Descriptions {
    static final String PETS = """
            name: pets
            task: classification
            onnx: pets.onnx
            inputs:
              - name: image
                kind: image
                layout: NCHW
                channels: RGB
                size: [6, 8]
                scale: 0.00392156862745098
                mean: [0.5, 0.25, 0.125]
                std: [0.5, 1, 2]
            output: scores
            labels: [cat, dog]
            """;

    static final String SENTENCES = """
            name: sentences
            task: classification
            onnx: sentences.onnx
            inputs:
              - name: ids
                kind: tensor
                type: int64
                shape: [batch, 3]
              - name: weights
                kind: tensor
                type: float32
                shape: [batch, 2, 2]
            output: scores
            labels: [bad, good]
            """;

    private Descriptions() {}

    static ModelDescription pets() {
        return ModelDescription.parse(PETS, "pets.model.yaml");
    }

    static ModelDescription sentences() {
        return ModelDescription.parse(SENTENCES, "sentences.model.yaml");
    }
}
