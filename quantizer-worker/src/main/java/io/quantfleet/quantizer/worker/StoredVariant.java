package io.quantfleet.quantizer.worker;

import io.quantfleet.protocols.artifact.StoredArtifact;

/**
 * What a finished job has put into the object store.
 *
 * @param variant the quantized ONNX file
 * @param probeSet the samples that shall travel with it
 * @param page the report for people
 */
record StoredVariant(StoredArtifact variant, StoredArtifact probeSet, StoredArtifact page) {}
