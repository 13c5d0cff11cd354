"""Principal components of images, without chance and with signs that are fixed."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

from redigit.images import PIXEL_RANGES


@dataclass(frozen=True)
class Components:
    """What principal component analysis finds in images.

    Attributes
    ----------
    scores : ndarray of float32, shape (n, k)
        Centred images on the first k components, in units of the scaled pixels.
    ratios : ndarray of float64, shape (784,)
        Share of the variance that each component explains, the largest first.
    """

    scores: np.ndarray
    ratios: np.ndarray


def fit_components(images: np.ndarray, pixels: str, count: int) -> Components:
    """Find the principal components of images by the eigenvectors of their full covariance.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)
        Grey values.
    pixels : str
        Range that the scores refer to, one of `PIXEL_RANGES`.
    count : int
        How many components the scores are of.

    Notes
    -----
    The grey values enter as whole numbers: the sums of their products are below 2**53 and so
    exact, in whatever order they are added up. A common factor of all pixels leaves the ratios as
    they are; the scores are multiplied by it. The sign of each component is that which makes its
    largest weight positive.
    """
    grey = images.reshape(len(images), -1).astype(np.float64)
    # The eigenvalues' last digits depend on the number of threads.
    with threadpool_limits(1):
        fitted = PCA(svd_solver="covariance_eigh").fit(grey)
    axes = fix_signs(fitted.components_[:count])
    factor, _ = PIXEL_RANGES[pixels]
    scores = (grey @ axes.T - fitted.mean_ @ axes.T) * factor
    return Components(scores.astype(np.float32), fitted.explained_variance_ratio_)


def fix_signs(axes: np.ndarray) -> np.ndarray:
    """Turn each axis, a row, so that its entry of largest size is positive."""
    largest = np.abs(axes).argmax(axis=1)
    return axes * np.sign(axes[np.arange(len(axes)), largest])[:, None]


def count_components(ratios: np.ndarray, share: float) -> int:
    """Count the components that together explain a share of the variance, or more."""
    return int(np.searchsorted(np.cumsum(ratios), share)) + 1


def find_tightest(scores: np.ndarray, labels: np.ndarray) -> int:
    """Find the class whose points scatter least: least sum of variances in the plane.

    Parameters
    ----------
    scores : ndarray of float32, shape (n, k)
        Scores; the first two count.
    labels : ndarray of uint8, shape (n,)
        Class of each.
    """
    plane = scores[:, :2].astype(np.float64)
    spread = {label: plane[labels == label].var(axis=0).sum() for label in np.unique(labels)}
    return int(min(spread, key=spread.get))


def summarise_components(arrays: dict[str, np.ndarray], settings: dict[str, Any]) -> dict:
    """Sum up what was found, as numbers by name.

    Parameters
    ----------
    arrays : dict of str to ndarray
        ``scores``, ``ratios`` and ``label``.
    settings : dict
        Settings of the kind `pca`.

    Returns
    -------
    dict of str to float
        The ratio of each stored component, the number of components for the share, of images and
        of pixels, and the class that scatters least.
    """
    ratios = arrays["ratios"]
    return {
        "n_images": len(arrays["label"]),
        "n_pixels": len(ratios),
        **{f"ratio_{i + 1}": float(ratios[i]) for i in range(settings["components"])},
        "components_for_share": count_components(ratios, settings["share"]),
        "tightest_label": find_tightest(arrays["scores"], arrays["label"]),
    }
