"""The figures of a study, one module for each kind.

A kind's module has ``draw(study, definition, files)``. It gives the figure and one sentence that
says in words what the figure shows; the sentence goes into the file, and from there to those who
cannot see the picture.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from redigit.drawings import write_drawing
from redigit.errors import InputError
from redigit.figures import (
    accuracy_by_parameters,
    accuracy_by_size,
    accuracy_by_weight,
    accuracy_gap,
    accuracy_strips,
    ascent_curves,
    class_probabilities,
    confusion_matrix,
    digit_grid,
    dream_images,
    error_curve,
    explained_variance,
    feature_maps,
    kernel_grid,
    learning_curves,
    network_diagram,
    pair_accuracies,
    pair_images,
    pair_predictions,
    pair_scatter,
    pca_scatter,
    scores_by_perplexity,
    search_history,
    separability_map,
    step_function,
    sum_histogram,
    tsne_scatter,
    weight_map,
)
from redigit.settings import Settings

KINDS: dict[str, Callable[[str, Settings, Sequence[Path]], tuple[Figure, str]]] = {
    "accuracy_by_parameters": accuracy_by_parameters.draw,
    "accuracy_by_size": accuracy_by_size.draw,
    "accuracy_by_weight": accuracy_by_weight.draw,
    "accuracy_gap": accuracy_gap.draw,
    "accuracy_strips": accuracy_strips.draw,
    "ascent_curves": ascent_curves.draw,
    "class_probabilities": class_probabilities.draw,
    "confusion_matrix": confusion_matrix.draw,
    "digit_grid": digit_grid.draw,
    "dream_images": dream_images.draw,
    "error_curve": error_curve.draw,
    "explained_variance": explained_variance.draw,
    "feature_maps": feature_maps.draw,
    "kernel_grid": kernel_grid.draw,
    "learning_curves": learning_curves.draw,
    "network_diagram": network_diagram.draw,
    "pair_accuracies": pair_accuracies.draw,
    "pair_images": pair_images.draw,
    "pair_predictions": pair_predictions.draw,
    "pair_scatter": pair_scatter.draw,
    "pca_scatter": pca_scatter.draw,
    "scores_by_perplexity": scores_by_perplexity.draw,
    "search_history": search_history.draw,
    "separability_map": separability_map.draw,
    "step_function": step_function.draw,
    "sum_histogram": sum_histogram.draw,
    "tsne_scatter": tsne_scatter.draw,
    "weight_map": weight_map.draw,
}


def write_figure(
    path: Path, style: Path, study: str, definition: Settings, files: Sequence[Path]
) -> None:
    """Draw a figure and write it as SVG, the same bytes for the same input.

    Parameters
    ----------
    path : Path
        The figure to be written.
    style : Path
        Matplotlib style of all figures.
    study : str
        Name of the study.
    definition : dict
        The figure as ``studies/<study>/report.yaml`` defines it.
    files : sequence of Path
        The data that it shows; which files these are depends on the kind.

    Raises
    ------
    InputError
        If the kind is unknown, or the files lack something that the definition names.
    """
    kind = definition["kind"]
    if kind not in KINDS:
        raise InputError(
            f"{study}: {definition['title']}: kind {kind!r} is unknown; allowed: {', '.join(KINDS)}"
        )
    write_drawing(path, style, definition["title"], lambda: KINDS[kind](study, definition, files))
