"""Statistics of what a network sees: of its kernels, its maps and the images that it dreams of.

What the studies say by eye becomes a predicate of such statistics, see `state_predicates`. Nothing
here needs Keras.
"""

from itertools import pairwise

import numpy as np

Metrics = dict[str, float]


def choose_typical(images: np.ndarray, labels: np.ndarray, label: int) -> int:
    """Choose the image of a class that is nearest to the mean of the class.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)
        Grey values.
    labels : ndarray of uint8, shape (n,)
        Class of each.
    label : int
        The class.

    Returns
    -------
    int
        Number of the image; the first if several are equally near.
    """
    members = np.flatnonzero(labels == label)
    grey = images[members].reshape(len(members), -1).astype(np.float64)
    return int(members[((grey - grey.mean(axis=0)) ** 2).sum(axis=1).argmin()])


def shrink_images(images: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Average images over the parts that a grid of another size divides them into.

    Parameters
    ----------
    images : ndarray of float, shape (n, height, width)
        The images.
    size : (int, int)
        Height and width of the grid. Pixels on its lines count for either side by their share.

    Returns
    -------
    ndarray of float64, shape (n, *size)
    """
    height, width = images.shape[1:]
    return find_shares(height, size[0]) @ images @ find_shares(width, size[1]).T


def find_shares(n_pixels: int, n_parts: int) -> np.ndarray:
    """Find which share of each of some equal parts of a line each pixel of it is.

    Returns
    -------
    ndarray of float64, shape (n_parts, n_pixels)
        Each row sums to 1.
    """
    ends = np.linspace(0, n_pixels, n_parts + 1)
    pixels = np.arange(n_pixels)
    high = np.minimum(ends[1:, None], pixels + 1)
    low = np.maximum(ends[:-1, None], pixels)
    shares = np.maximum(high - low, 0)
    return shares / shares.sum(axis=1, keepdims=True)


def standardise(values: np.ndarray) -> np.ndarray:
    """Centre values along the last axis and make their norm 1, so that products are correlations.

    What does not vary correlates with nothing: it becomes NaN.
    """
    centred = values - values.mean(axis=-1, keepdims=True)
    norm = np.linalg.norm(centred, axis=-1, keepdims=True)
    # The mean of equal numbers is not always exactly theirs.
    varies = np.ptp(values, axis=-1, keepdims=True) > 0
    return np.divide(centred, norm, out=np.full_like(centred, np.nan), where=varies)


def correlate(first: np.ndarray, second: np.ndarray) -> float:
    """Correlate two images pixel by pixel (Pearson's r)."""
    r = standardise(first.ravel().astype(np.float64)) @ standardise(
        second.ravel().astype(np.float64)
    )
    return float(r)


def measure_kernels(kernels: np.ndarray) -> Metrics:
    """Measure the kernels of a convolution.

    Parameters
    ----------
    kernels : ndarray of float32, shape (side, side, channels, kernels)
        Their weights.

    Returns
    -------
    dict of str to float
        ``n_kernels`` and ``n_channels``; of the kernels' first channels ``gradient_share``, the
        share of those of whose variance a tilted plane explains half or more, which random weights
        of 4 by 4 do once in a hundred; and ``smooth_share``, the share of those the size of whose
        sum is half or more of the sum of their sizes, so that they average more than they compare.
    """
    n_channels, n_kernels = kernels.shape[2:]
    first = kernels[:, :, 0].reshape(-1, n_kernels).T.astype(np.float64)
    side = np.arange(kernels.shape[0]) - (kernels.shape[0] - 1) / 2
    # Two axes that are centred and orthogonal: the plane's explained shares add up.
    axes = standardise(np.stack([np.repeat(side, len(side)), np.tile(side, len(side))]))
    explained = ((standardise(first) @ axes.T) ** 2).sum(axis=1)
    total = np.abs(first).sum(axis=1)
    balance = np.abs(first.sum(axis=1)) / np.where(total > 0, total, 1)
    return {
        "n_kernels": n_kernels,
        "n_channels": n_channels,
        "gradient_share": float(np.mean(explained >= 0.5)),
        "smooth_share": float(np.mean(balance >= 0.5)),
    }


def measure_maps(maps: np.ndarray, images: np.ndarray, labels: np.ndarray) -> Metrics:
    """Measure the maps that a convolution gives for some images.

    Parameters
    ----------
    maps : ndarray of float32, shape (n, height, width, k)
        The maps.
    images : ndarray of float, shape (n, h, w)
        The images.
    labels : ndarray of integers, shape (n,)
        Class of each.

    Returns
    -------
    dict of str to float
        ``dead_share``, the share of maps that are zero everywhere; over the maps that vary, and 0
        if none does, the mean size of the correlation of a map with its image, averaged to the
        map's size, as ``input_correlation``, and of two maps of one image, as ``map_correlation``;
        and ``class_accuracy``, the share of the second half of the images whose class is that of
        the nearest mean of the maps of a class in the first half.
    """
    n, height, width, k = maps.shape
    flat = maps.reshape(n, height * width, k).transpose(0, 2, 1)
    standard = standardise(flat)
    shrunk = shrink_images(images, (height, width)).astype(np.float32)
    inputs = standardise(shrunk.reshape(n, 1, -1))
    with_input = np.abs(standard @ inputs.transpose(0, 2, 1))
    among = np.abs(standard @ standard.transpose(0, 2, 1))[:, *np.triu_indices(k, 1)]
    return {
        "dead_share": float(np.mean((flat == 0).all(axis=2))),
        "input_correlation": average_finite(with_input),
        "map_correlation": average_finite(among),
        "class_accuracy": measure_nearest_mean(flat.reshape(n, -1), labels),
    }


def average_finite(values: np.ndarray) -> float:
    """Average the values that are numbers; 0 if there are none."""
    numbers = values[np.isfinite(values)]
    return float(numbers.mean(dtype=np.float64)) if len(numbers) else 0.0


def measure_nearest_mean(points: np.ndarray, labels: np.ndarray) -> float:
    """Share of the second half of points whose class has the nearest mean in the first half."""
    half = len(points) // 2
    classes = np.unique(labels[:half])
    means = np.stack([points[:half][labels[:half] == label].mean(axis=0) for label in classes])
    # Of the squared distance, what is the same for all means is left out.
    nearest = ((means**2).sum(axis=1) - 2 * points[half:] @ means.T).argmin(axis=1)
    return float(np.mean(classes[nearest] == labels[half:]))


def measure_ascent(objective: np.ndarray, answers: np.ndarray) -> Metrics:
    """Measure images that were to raise the answer of one kernel each.

    Parameters
    ----------
    objective : ndarray of float32, shape (steps + 1, k)
        Answer of kernel i to image i in the course of the ascent.
    answers : ndarray of float32, shape (k, k)
        Mean answer to image i, in rows, of kernel j.

    Returns
    -------
    dict of str to float
        ``stuck_share``, the share of kernels whose answer did not rise, as that of a kernel which
        does not answer to the image at the start at all; ``own_share``, the share of the others
        that answer more to their own image than to any other.
    """
    rose = objective[-1] > objective[0]
    own = answers.argmax(axis=0) == np.arange(len(answers))
    return {
        "stuck_share": float(np.mean(~rose)),
        "own_share": float(np.mean(own[rose])) if rose.any() else 0.0,
    }


def measure_dreams(objective: np.ndarray, dreams: np.ndarray, starts: np.ndarray) -> Metrics:
    """Measure images that were to raise the answers of a whole layer.

    Parameters
    ----------
    objective : ndarray of float32, shape (steps + 1, n)
        Mean answer to each image in the course of the ascent.
    dreams, starts : ndarray of float32, shape (n, height, width)
        The images at the end and at the start.

    Returns
    -------
    dict of str to float
        ``dream_gain``, the least rise of the images' answers; ``dream_likeness``, the correlation
        of an image's end with its start, averaged over images.
    """
    likeness = [correlate(*pair) for pair in zip(dreams, starts, strict=True)]
    return {
        "dream_gain": float(np.min(objective[-1] - objective[0])),
        "dream_likeness": float(np.mean(likeness)),
    }


def state_predicates(layers: list[Metrics], thresholds: dict[str, float]) -> dict[str, bool]:
    """State what studies say of a network's convolutions by eye, as so or not so.

    Parameters
    ----------
    layers : list of dict of str to float
        The statistics of each convolution. Predicates of statistics that it lacks are left out.
    thresholds : dict of str to float
        From where on something counts, see the schema of the kind `features`.

    Returns
    -------
    dict of str to bool
        Of the first layer: some kernels detect gradients (`gradient_kernels`), most smooth
        (`smooth_kernels`), its maps differ from each other (`different_maps`) and are like the
        image (`lifelike_maps`), as are the dreams (`lifelike_dreams`). With each layer there are
        more dead maps (`dying_maps`), maps and dreams are less like the image (`parting_maps`,
        `parting_dreams`), and maps tell more of the class (`telling_maps`). In all layers, kernels
        answer most to their own image (`own_images`), and dreams to the layer more than their
        starts (`rising_dreams`).
    """
    first = layers[0]
    stated = {
        "gradient_kernels": first["gradient_share"] >= thresholds["gradient"],
        "smooth_kernels": first["smooth_share"] >= thresholds["smooth"],
        "different_maps": first["map_correlation"] <= thresholds["likeness"],
        "lifelike_maps": first["input_correlation"] >= thresholds["likeness"],
        "dying_maps": grows(layers, "dead_share", thresholds["depth"]),
        "parting_maps": grows(layers, "input_correlation", thresholds["depth"], -1),
        "telling_maps": grows(layers, "class_accuracy", thresholds["depth"]),
    }
    if "own_share" in first:
        own = [layer["own_share"] >= thresholds["own"] for layer in layers]
        stated["own_images"] = all(own)
    if "dream_gain" in first:
        stated["rising_dreams"] = all(layer["dream_gain"] > 0 for layer in layers)
        stated["lifelike_dreams"] = first["dream_likeness"] >= thresholds["likeness"]
        stated["parting_dreams"] = grows(layers, "dream_likeness", thresholds["depth"], -1)
    return stated


def grows(layers: list[Metrics], name: str, margin: float, sign: int = 1) -> bool:
    """Say whether a statistic grows with each layer, and from first to last by a margin or more.

    With a sign of -1, whether it falls. One layer says nothing, so that it is not so.
    """
    values = [sign * layer[name] for layer in layers]
    rises = all(after > before for before, after in pairwise(values))
    return len(values) > 1 and rises and values[-1] - values[0] >= margin


def find_lead(probability: np.ndarray, label: int) -> float:
    """Find by how much the probability of a class is above the largest of the others."""
    return float(probability[label] - np.delete(probability, label).max())
