"""What the scale of a run changes, and which metrics it leaves as they are."""

import re
from typing import Any

from redigit.quantities import Quantity, find_settings

# Settings of a network that leave the number and size of its kernels as they are.
TRAINING = {
    *("train_images", "validation_images", "test_images", "pixels"),
    *("train_pairs", "validation_pairs", "test_pairs"),
    *("pairs.train", "pairs.validation", "pairs.test"),
    *("activation", "optimiser", "batch", "epochs"),
}
LOOKING = {"digits", "test_images", "ascent", "dream", "class_dream", "thresholds"}
LOOKING |= {f"network.{name}" for name in TRAINING}
# Settings that cannot change a metric, so that it holds at every scale. Any other setting counts
# as one that can, also one that is added later. A number at the metric's end, as of a layer, is
# left out here.
SETTINGS_WITHOUT_EFFECT = {
    "n_parameters": TRAINING,
    # All pixels of a pair, whatever the number of pairs.
    "n_features": {"size", "pairs.train", "pairs.test", "pairs.draws"},
    **dict.fromkeys(("n_kernels", "n_channels", "n_planes_deeper"), LOOKING),
    # It is proved by whichever certificate there is.
    "separable": {"solve"},
    "train_accuracy": {"validation_images", "test_images"},
    "train_loss": {"validation_images", "test_images"},
    "test_accuracy": {"validation_images"},
    "test_loss": {"validation_images"},
}


def find_without_effect(metric: str) -> set[str]:
    """Find the settings that cannot change a metric."""
    return SETTINGS_WITHOUT_EFFECT.get(re.sub(r"_\d+$", "", metric), set())


def list_changes(target: Quantity, scale: str) -> dict[str, tuple[Any, Any]]:
    """List the settings that a scale changes and that can change a metric.

    Parameters
    ----------
    target : Quantity
        The metric of a row.
    scale : str
        The scale.

    Returns
    -------
    dict of str to (value, value)
        By name, the setting at this scale and at full scale; None where there is none.
    """
    now, full = (find_settings(target, name) for name in (scale, "full"))
    without_effect = find_without_effect(target.name)
    return {
        name: (now.get(name), full.get(name))
        for name in sorted(now.keys() | full.keys())
        if name not in without_effect and now.get(name) != full.get(name)
    }
