"""From the parameter files to the settings of one job: the one resolver.

An experiment is a file with `settings`, which its rows share, and `rows`. The settings of a job
are, each layer replacing whole values of the layer before it:

1. the experiment's `settings`: what the study states, which is also the scale `full`;
2. the experiment's overlay for the scale of the run (`quick` or `smoke`), if it has one;
3. the row;
4. the row's own overlay for the scale, if it has one.

Both engines learn from `declare_settings` which keys a job depends on: exactly those layers.
"""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from redigit.errors import InputError

RUN_FILE = Path("params.yaml")
STUDIES = Path("studies")
EVIDENCE = Path("evidence")
SCALES = ("smoke", "quick", "full")
OVERLAYS = ("smoke", "quick")

# Keys by which a figure refers to a row, `experiment/row`, and the kinds that it can be of.
REFERENCES = {
    "classical": ("classical",),
    "features": ("features",),
    "network": ("multitask", "network", "pair_network"),
    "pairs": ("pairs",),
    "pca": ("pca",),
    "perceptron": ("perceptron",),
}
# Settings by which a row does, to build on what came of the other; each is the other's kind.
SOURCES = ("network", "pair_network", "pairs")

Settings = dict[str, Any]


class UniqueKeyLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """A YAML loader that refuses a key that stands twice in one mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        """Build a mapping; raise on a repeated key."""
        # A list, because a key that cannot be hashed is refused below, with its place.
        seen = []
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"key {key!r} stands twice", problem_mark=key_node.start_mark
                )
            seen.append(key)
        return super().construct_mapping(node, deep)


def report_file(study: str) -> Path:
    """Name the file of what a study's report shows."""
    return STUDIES / study / "report.yaml"


def experiments_folder(study: str) -> Path:
    """Name the folder of a study's experiments."""
    return STUDIES / study / "experiments"


@lru_cache
def experiment_file(experiment: str) -> Path:
    """Name the file of ``study/experiment``."""
    study, name = split_experiment(experiment)
    return experiments_folder(study) / f"{name}.yaml"


def name_experiment(file: Path) -> str:
    """Name the experiment of a file as ``study/experiment``."""
    return f"{file.parent.parent.name}/{file.stem}"


def find_experiments(study: str) -> list[str]:
    """Find a study's experiments in its folder, as ``study/experiment``, sorted.

    For rules and checks; a program is given the files, lest a new one change its result unseen.
    """
    return sorted(map(name_experiment, experiments_folder(study).glob("[!.]*.yaml")))


@lru_cache
def read_params(path: Path) -> Settings:
    """Read a parameter file.

    Parameters
    ----------
    path : Path
        A YAML file whose top level is a mapping.

    Raises
    ------
    InputError
        If the file is missing, is not YAML, or is not a mapping with text keys.
    """
    try:
        content = yaml.load(path.read_text(), UniqueKeyLoader)
    except FileNotFoundError as error:
        raise InputError(f"{path}: missing") from error
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise InputError(f"{path}: {line}{problem}") from error
    if not isinstance(content, dict):
        raise InputError(f"{path}: found {type(content).__name__}, expected a mapping")
    return content


def look_up(path: Path, key: str) -> Any:
    """Find the value under a dotted key of a parameter file."""
    value = read_params(path)
    for part in key.split("."):
        if not isinstance(value, dict) or part not in value:
            raise InputError(f"{path}: {key}: missing")
        value = value[part]
    return value


def split_experiment(experiment: str) -> tuple[str, str]:
    """Split ``study/experiment`` in two."""
    study, name = experiment.split("/")
    return study, name


def read_experiment(experiment: str) -> Settings:
    """Read the file of ``study/experiment``."""
    return read_params(experiment_file(experiment))


def refer_to_row(study: str, reference: str) -> tuple[str, str]:
    """Read a reference ``experiment/row`` to the same study as (experiment, row)."""
    experiment, row = reference.split("/")
    return f"{study}/{experiment}", row


def list_layers(experiment: str, row: str, scale: str) -> list[tuple[str, Settings]]:
    """List the layers of a row's settings, the strongest last.

    Parameters
    ----------
    experiment : str
        ``study/experiment``.
    row : str
        Name of a row of it.
    scale : str
        One of `SCALES`.

    Returns
    -------
    list of (str, dict)
        The dotted key of each layer in the experiment's file, and its settings.
    """
    content = read_experiment(experiment)
    row_key, row_layer = f"rows.{row}", look_up_row(content, experiment, row)
    layers = [("settings", content["settings"])]
    if scale in content:
        layers.append((scale, content[scale]))
    layers.append((row_key, {name: row_layer[name] for name in row_layer if name not in OVERLAYS}))
    if scale in row_layer:
        layers.append((f"{row_key}.{scale}", row_layer[scale]))
    return layers


def look_up_row(content: Settings, experiment: str, row: str) -> Settings:
    """Find a row of an experiment."""
    if row not in content["rows"]:
        raise InputError(f"{experiment}: no row {row!r}; it has {', '.join(content['rows'])}")
    return content["rows"][row]


def resolve_settings(experiment: str, row: str, scale: str | None = None) -> Settings:
    """Resolve the settings of one row.

    Parameters
    ----------
    experiment : str
        ``study/experiment``.
    row : str
        Name of a row of it.
    scale : str, optional
        One of `SCALES`; that of the run if it is not given.

    Returns
    -------
    dict
        Each setting of the experiment's kind and its value.
    """
    layers = list_layers(experiment, row, scale or find_scale(experiment, row))
    return {name: value for _, layer in layers for name, value in layer.items()}


def trace_sources(experiment: str, row: str, scale: str | None = None) -> list[tuple[str, str]]:
    """Trace what a row builds on, by its settings that name other rows.

    Parameters
    ----------
    experiment, row : str
        ``study/experiment`` and a row of it.
    scale : str, optional
        One of `SCALES`; that of the run if it is not given.

    Returns
    -------
    list of (str, str)
        The row itself, the one that it names, and so on to the one whose images all begin with.
    """
    settings = resolve_settings(experiment, row, scale)
    for key in SOURCES:
        if key in settings:
            source = refer_to_row(split_experiment(experiment)[0], settings[key])
            return [(experiment, row), *trace_sources(*source, scale)]
    return [(experiment, row)]


def declare_settings(experiment: str, row: str, run: tuple[str, ...] = ()) -> dict[str, Settings]:
    """Declare the keys that the settings of one row depend on.

    Parameters
    ----------
    experiment : str
        ``study/experiment``.
    row : str
        Name of a row of it.
    run : tuple of str
        Keys of the run's own file that the job reads besides.

    Returns
    -------
    dict of str to dict
        For each parameter file, the dotted keys and their values.
    """
    layers = list_layers(experiment, row, find_scale(experiment, row))
    # A row stands in its file together with its overlays, so its own key covers them.
    keys = [key for key, _ in layers if not key.startswith(f"rows.{row}.")]
    if has_overlays(experiment, row):
        run = (*run, "scale")
    return declare_keys({experiment_file(experiment): keys, RUN_FILE: run})


def list_scales(experiment: str, row: str) -> list[str]:
    """List the scales at which a row's settings may differ: `full`, and those of its overlays."""
    content = read_experiment(experiment)
    layers = (content, look_up_row(content, experiment, row))
    return [scale for scale in SCALES if scale == "full" or any(scale in layer for layer in layers)]


def has_overlays(experiment: str, row: str) -> bool:
    """Tell whether a row's settings depend on the scale."""
    return len(list_scales(experiment, row)) > 1


def find_scale(experiment: str, row: str) -> str:
    """Find the scale of a row; that of the run is not read where it makes no difference."""
    return read_params(RUN_FILE)["scale"] if has_overlays(experiment, row) else "full"


def declare_experiment(experiment: str) -> dict[str, Settings]:
    """Declare the keys that the settings of all rows of ``study/experiment`` depend on."""
    rows = read_experiment(experiment)["rows"]
    return merge_declared(*(declare_settings(experiment, row) for row in rows))


def is_by_class(experiment: str) -> bool:
    """Say whether ``study/experiment`` is measured by class; not if its file does not say so."""
    return read_experiment(experiment).get("by_class", False)


def declare_by_class(experiment: str) -> dict[str, Settings]:
    """Declare the key that says whether ``study/experiment`` is measured by class, if it is there.

    It is none of a row's settings, since no model depends on it.
    """
    key = ["by_class"] if "by_class" in read_experiment(experiment) else []
    return declare_keys({experiment_file(experiment): key})


def declare_keys(files: dict[Path, Iterable[str]]) -> dict[str, Settings]:
    """Declare that a job depends on keys of parameter files.

    Parameters
    ----------
    files : dict of Path to iterable of str
        The dotted keys that the job reads, by file.

    Returns
    -------
    dict of str to dict
        The same with the keys' values; files without keys are left out.
    """
    declared = {
        str(file): {key: look_up(file, key) for key in sorted(keys)} for file, keys in files.items()
    }
    return {file: keys for file, keys in declared.items() if keys}


def merge_declared(*declared: dict[str, Settings]) -> dict[str, Settings]:
    """Merge what several declarations say, file by file."""
    merged: dict[str, Settings] = {}
    for files in declared:
        for file, keys in files.items():
            merged.setdefault(file, {}).update(keys)
    return {file: dict(sorted(merged[file].items())) for file in sorted(merged)}
