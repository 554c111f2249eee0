package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.device.JdbiDevices;
import io.quantfleet.controlplane.model.JdbiVariants;
import io.quantfleet.controlplane.model.ModelVersionId;

/** What one device shall run: which version, in the variant of its class. */
record Part(JdbiDevices.Enrolled device, ModelVersionId model, JdbiVariants.Ready variant) {}
