"""What gradient ascent raises, step by step."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from redigit.figures.mosaic import pick_array, read_features
from redigit.settings import Settings

PANEL = 3.2


def draw(study: str, definition: Settings, files: Sequence[Path]) -> tuple[Figure, str]:
    """Draw the courses of ascents, a panel for each convolution, or one for the classes.

    Parameters
    ----------
    study : str
        Name of the study.
    definition : dict
        The figure's settings.
    files : sequence of Path
        What a row of a `features` experiment found, one file for each seed; the first is shown.

    Returns
    -------
    figure : Figure
        The objective by step. Of many images a faint line each and their mean, of few a line each.
    words : str
        What the figure shows.
    """
    arrays, digits = read_features(study, definition, files)
    raised = definition["raised"]
    if raised == "classes":
        name = "class_dream_objective"
        courses = {"Logarithm of the odds of the class": pick_array(arrays, name, files[0])}
    else:
        stem = {"kernels": "ascent_objective", "layers": "dream_objective"}[raised]
        courses = {
            f"Convolution {number}": pick_array(arrays, f"{stem}_{number}", files[0])
            for number in definition["layers"]
        }
    return draw_courses(courses, [] if raised == "kernels" else [str(digit) for digit in digits])


def draw_courses(courses: dict[str, np.ndarray], names: list[str]) -> tuple[Figure, str]:
    """Draw courses in panels.

    Parameters
    ----------
    courses : dict of str to ndarray of float32, shape (steps + 1, n)
        Objectives by the heading of their panel.
    names : list of str
        Names of the n images of each panel; empty if they are too many for names.
    """
    width, height = mpl.rcParams["figure.figsize"]
    figure = Figure(figsize=(max(width, PANEL * len(courses)), height))
    panels = figure.subplots(1, len(courses), squeeze=False)[0]
    sentences = []
    for axes, (heading, course) in zip(panels, courses.items(), strict=True):
        axes.set(title=heading, xlabel="Step")
        draw_course(axes, course, names)
        mean = course.mean(axis=1)
        rose = int(np.sum(course[-1] > course[0]))
        sentences.append(
            f"{heading}: mean {mean[0]:.3g} to {mean[-1]:.3g} in {len(course) - 1} steps, "
            f"{rose} of {course.shape[1]} rose"
        )
    panels[0].set_ylabel("What is raised")
    panels[0].legend()
    return figure, f"Objectives of gradient ascent. {'; '.join(sentences)}."


def draw_course(axes: Axes, course: np.ndarray, names: list[str]) -> None:
    """Draw the courses of some images in one panel."""
    if names:
        for place, name in enumerate(names):
            line = ("-", "--", ":", "-.")[place % 4]
            axes.plot(course[:, place], label=name, marker="", linestyle=line)
        return
    axes.plot(course, color="0.7", linewidth=0.5, marker="")
    axes.plot(course.mean(axis=1), color="C0", marker="", label="mean of the kernels")
