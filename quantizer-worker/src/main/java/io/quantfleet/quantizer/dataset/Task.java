package io.quantfleet.quantizer.dataset;

/** What a model does, which says what its scores are for and how it is judged. */
public enum Task {
    /** One score for each label and sample; judged by how many samples get the right one. */
    CLASSIFICATION("classification"),
    /** One score for each token of the vocabulary at each place of a sample; judged by what it says of the next token. */
    LANGUAGE_MODEL("language-model");

    private final String label;

    Task(String label) {
        this.label = label;
    }

    /** The name in descriptions. */
    public String label() {
        return label;
    }

    static Task ofLabel(String label) {
        return label.equals(LANGUAGE_MODEL.label) ? LANGUAGE_MODEL : CLASSIFICATION;
    }
}
