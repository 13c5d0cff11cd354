"""Principal components of images, without chance and with signs that are fixed."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from redigit.images import PIXEL_RANGES
from redigit.randomness import make_generator


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


def draw_images(
    images: np.ndarray, labels: np.ndarray, settings: dict[str, Any], *stream: str | int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the images that components are found of: a random sample in random order, or all.

    Parameters
    ----------
    images, labels : ndarray of uint8, shapes (n, height, width) and (n,)
        Images and their classes.
    settings : dict
        Settings of the kind `pca`.
    *stream : str or int
        Name of the random stream.
    """
    if settings["sample"] is None:
        return images, labels
    generator = make_generator("pca", *stream)
    chosen = generator.permutation(len(images))[: settings["sample"]]
    return images[chosen], labels[chosen]


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
    # It takes two seconds to import, and figures need only what else is here.
    from sklearn.decomposition import PCA

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


def turn_to_class(found: Components, labels: np.ndarray, label: int) -> Components:
    """Turn the components so that the mean of a class is positive on each."""
    signs = np.where(found.scores[labels == label].mean(axis=0) < 0, -1, 1)
    return replace(found, scores=found.scores * signs.astype(np.float32))


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


def measure_components(
    found: Components, labels: np.ndarray, settings: dict[str, Any]
) -> dict[str, float]:
    """Measure what was found, as numbers by name.

    Parameters
    ----------
    found : Components
        Components of some images.
    labels : ndarray of uint8, shape (n,)
        Class of each image.
    settings : dict
        Settings of the kind `pca`.

    Returns
    -------
    dict of str to float
        The ratio of each stored component, the number of components for the share, of images and
        of pixels, the class that scatters least, and what `measure_classes` finds.
    """
    return {
        "n_images": len(labels),
        "n_pixels": len(found.ratios),
        **{f"ratio_{i + 1}": float(found.ratios[i]) for i in range(settings["components"])},
        "components_for_share": count_components(found.ratios, settings["share"]),
        "tightest_label": find_tightest(found.scores, labels),
        **measure_classes(found.scores, labels),
    }


def measure_classes(scores: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Measure the classes in the plane of the first two components.

    Parameters
    ----------
    scores : ndarray of float32, shape (n, k)
        Scores; the first two count.
    labels : ndarray of uint8, shape (n,)
        Class of each.

    Returns
    -------
    dict of str to float
        For each class the number of its images, ``samples_<class>``; on either component i their
        mean, ``centroid_<i>_<class>``, and their variance with divisor n - 1,
        ``variance_<i>_<class>``.
    """
    measured: dict[str, float] = {}
    for label in np.unique(labels):
        points = scores[labels == label, :2].astype(np.float64)
        measured[f"samples_{label}"] = len(points)
        for i in range(2):
            measured[f"centroid_{i + 1}_{label}"] = float(points[:, i].mean())
            measured[f"variance_{i + 1}_{label}"] = float(points[:, i].var(ddof=1))
    return measured
