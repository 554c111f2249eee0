package io.quantfleet.controlplane.gate;

import java.util.List;

/** One condition on what a stage's devices measured. */
interface Gate {
    /** What the gate says of a stage: one finding, or one for each class of devices. */
    List<Finding> judge(StageFigures stage);
}
