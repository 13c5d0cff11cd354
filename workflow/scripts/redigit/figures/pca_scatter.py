"""Images on their first two principal components, coloured by class."""

from collections.abc import Sequence
from math import log1p, sqrt
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from matplotlib.patheffects import withStroke

from redigit.errors import InputError
from redigit.files import read_arrays
from redigit.settings import Settings

# Ten colours chosen to be told apart with any colour vision (arXiv:2107.02270).
COLOURS = mpl.color_sequences["petroff10"]
# Up to so many points, each is drawn as its digit; above, points are pixels of one picture, since
# a vector for each would make a file of many megabytes.
MOST_GLYPHS = 1000
# Area of all such points together, in square points: fewer are drawn larger.
INK = 90_000


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw the scores of images on the first two components.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        The scores, ratios and labels of a row of kind `pca`.

    Returns
    -------
    figure : Figure
        One point an image, from the first.
    words : str
        What the figure shows.
    """
    (file,) = files
    return draw_scores(*read_scores(file, definition["points"]), definition.get("ellipses"))


def read_scores(file: Path, points: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Read the scores and labels of the first images, and all ratios."""
    arrays = read_arrays(file)
    if points > len(arrays["label"]):
        raise InputError(f"{file}: found {len(arrays['label'])} images, expected {points}")
    return arrays["scores"][:points], arrays["label"][:points], arrays["ratios"]


def draw_scores(
    scores: np.ndarray, labels: np.ndarray, ratios: np.ndarray, ellipses: float | None = None
) -> tuple[Figure, str]:
    """Draw scores, and the mean of each class.

    Parameters
    ----------
    scores : ndarray of float32, shape (n, k)
        Scores; the first two are drawn.
    labels : ndarray of uint8, shape (n,)
        Class of each, 0 to 9.
    ratios : ndarray of float64, shape (m,)
        Share of the variance that each component explains.
    ellipses : float, optional
        Share of the points of a class that its ellipse would hold; no ellipses by default.
    """
    figure = Figure(figsize=(6.4, 5.2))
    axes = figure.subplots()
    if len(scores) > MOST_GLYPHS:
        colours = np.array([mpl.colors.to_rgb(colour) for colour in COLOURS])[labels]
        # In the order of the images, so that no class lies on top.
        look = {"s": INK / len(scores), "linewidths": 0, "alpha": 0.6, "rasterized": True}
        axes.scatter(*scores[:, :2].T, c=colours, **look)
        if ellipses:
            draw_ellipses(axes, scores, labels, ellipses)
        draw_means(axes, scores, labels)
    else:
        for label in np.unique(labels):
            axes.scatter(
                *scores[labels == label, :2].T, s=36, color=COLOURS[label], marker=f"${label}$"
            )
    axes.set(
        xlabel=f"First component ({100 * ratios[0]:.2f} % of the variance)",
        ylabel=f"Second component ({100 * ratios[1]:.2f} % of the variance)",
    )
    means = "; ".join(
        f"{label} at {x:.1f}, {y:.1f}" for label, (x, y) in find_means(scores, labels).items()
    )
    words = f"Scores of {len(scores):,} images. Mean of each digit: {means}."
    return figure, f"{words} Ellipses hold {100 * ellipses:g} %." if ellipses else words


def find_means(scores: np.ndarray, labels: np.ndarray) -> dict[int, np.ndarray]:
    """Mean of the first two scores of each class."""
    return {int(label): scores[labels == label, :2].mean(axis=0) for label in np.unique(labels)}


def draw_ellipses(axes: Axes, scores: np.ndarray, labels: np.ndarray, share: float) -> None:
    """Draw the ellipse of each class that holds a share of a normal distribution.

    Its axes are those of the covariance in the plane; the squared distance from the mean, in
    standard deviations, has a chi-squared distribution with two degrees of freedom.
    """
    # The quantile of the chi-squared distribution with two degrees of freedom, an exponential one.
    radius = sqrt(-2 * log1p(-share))
    for label, mean in find_means(scores, labels).items():
        variances, directions = np.linalg.eigh(np.cov(scores[labels == label, :2].T))
        width, height = 2 * radius * np.sqrt(variances)
        angle = np.degrees(np.arctan2(directions[1, 0], directions[0, 0]))
        look = {"edgecolor": COLOURS[label], "facecolor": "none", "linewidth": 2}
        effects = [withStroke(linewidth=4, foreground="white")]
        axes.add_patch(Ellipse(mean, width, height, angle=angle, path_effects=effects, **look))


def draw_means(axes: Axes, scores: np.ndarray, labels: np.ndarray) -> None:
    """Write each class at the mean of its points, so that colour is never alone."""
    for label, mean in find_means(scores, labels).items():
        axes.text(
            *mean,
            str(label),
            color=COLOURS[label],
            fontsize=16,
            fontweight="bold",
            ha="center",
            va="center",
            path_effects=[withStroke(linewidth=4, foreground="white")],
        )
