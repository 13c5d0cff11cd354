"""Stacked pairs of digits as images, with what a network takes them for."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from redigit.errors import InputError
from redigit.figures.pair_images import draw_titled, read_pairs, write_equations
from redigit.files import read_arrays
from redigit.randomness import make_generator
from redigit.settings import Settings, refer_to_row, resolve_settings


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw test pairs that were chosen at random, with true and predicted sum.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        The network's predictions, the manifest of its pairs, then the images and the labels that
        this points into.

    Returns
    -------
    figure : Figure
        The pairs in the order of the manifest.
    words : str
        What the figure shows.
    """
    predictions, *sources = files
    network = refer_to_row(study, definition["network"])
    pairs, images, labels = read_pairs(study, resolve_settings(*network)["pairs"], sources)
    arrays = read_arrays(predictions)
    predicted = arrays["probability"][0].argmax(axis=1)
    test = pairs[(pairs["draw"] == 0) & (pairs["split"] == "test")].head(len(predicted))
    if test["sum"].tolist() != arrays["label"][0].tolist():
        raise InputError(f"{predictions}: its labels are not those of the pairs in {sources[0]}")
    order = make_generator("pair_predictions", study, definition["title"]).permutation(len(test))
    chosen = sorted(order[: definition["examples"]])
    shown = test.iloc[chosen]
    titles = [
        f"{equation}\npredicted {predicted[number]}"
        for equation, number in zip(write_equations(shown, labels), chosen, strict=True)
    ]
    right = sum(shown["sum"].to_numpy() == predicted[chosen])
    words = "; ".join(title.replace("\n", ", ") for title in titles)
    return draw_titled(shown, images, titles), (
        f"{len(shown)} test pairs, {right} of them predicted right: {words}."
    )
