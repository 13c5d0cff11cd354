"""Datasets of pairs, drawn from labels that a test makes."""

import numpy as np
import pandas as pd

from redigit.pairs import SPLITS, draw_pairs


def draw(
    labels: np.ndarray,
    sizes: tuple[int, int, int] | list[int],
    scheme: str = "random",
    draws: int = 1,
    stream: str = "test",
    groups: int = 1,
    n_official_test: int = 0,
) -> pd.DataFrame:
    """Draw training, validation and test pairs; the last so many labels are for test pairs only."""
    n_train = len(labels) - n_official_test
    train, test = range(n_train), range(n_train, len(labels))
    pools = {"train": train, "validation": train, "test": test if n_official_test else train}
    settings = dict(zip(SPLITS, sizes, strict=True))
    settings |= {"scheme": scheme, "groups": groups, "draws": draws}
    return draw_pairs(labels, pools, settings, stream)
