"""What a search may draw: settings of networks, their distributions, and what is wrong with them.

Nothing here needs Optuna, so that parameter files are checked without it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from redigit.architecture import find_network_problem
from redigit.settings import Settings
from redigit.validation import Problem, find_problem

# Settings of the search itself; all others are those of its networks.
SEARCH_SETTINGS = ("trials", "sampler", "pruner", "objective", "space")
# In a path, all elements of a list.
EACH = "each"

Distribution = dict[str, Any]


def list_parameters(settings: Settings) -> dict[str, str]:
    """List what is drawn for one trial.

    Parameters
    ----------
    settings : dict
        Settings of the kind `tuner`.

    Returns
    -------
    dict of str to str
        The dotted path of each setting that is drawn, and the key in `space` that it comes from:
        of a list with two elements ``hidden.each`` becomes ``hidden.0`` and ``hidden.1``. A path
        that leads nowhere is left out.
    """
    return {
        ".".join(path): key
        for key in settings["space"]
        for path in expand_path(settings, key.split("."))
    }


def expand_path(value: Any, path: list[str]) -> Iterator[list[str]]:
    """Put each element's number for `EACH` in a path; give nothing if it leads nowhere."""
    if not path:
        yield []
        return
    first, *rest = path
    if isinstance(value, list):
        known = {str(number): element for number, element in enumerate(value)}
        chosen = known if first == EACH else {first}
    elif isinstance(value, dict):
        known, chosen = value, {first}
    else:
        known, chosen = {}, set()
    for name in chosen:
        if name in known:
            yield from ([name, *more] for more in expand_path(known[name], rest))


def put_parameters(settings: Settings, values: dict[str, Any]) -> Settings:
    """Put what was drawn into the settings of a trial's network.

    Parameters
    ----------
    settings : dict
        Settings of the kind `tuner`.
    values : dict of str to value
        By path, as of `list_parameters`.

    Returns
    -------
    dict
        Settings of the kind of its networks.
    """
    # Unlike deepcopy() it parts layers that are one in memory, by an alias in the file.
    network = json.loads(json.dumps({k: settings[k] for k in settings if k not in SEARCH_SETTINGS}))
    for path, value in values.items():
        *parents, last = path.split(".")
        place: Any = network
        for name in parents:
            place = place[int(name) if isinstance(place, list) else name]
        place[int(last) if isinstance(place, list) else last] = value
    return network


def name_network_kind(settings: Settings) -> str:
    """Name the kind of the networks of a search."""
    return "pair_network" if "pairs" in settings else "network"


def find_search_problem(network_schema: Path, settings: Settings) -> Problem | None:
    """Find the first thing in the settings of a search that its schema cannot refuse.

    Networks are tried with all parameters at one end of their distributions, and with each value
    that a parameter can choose, or its ends. What goes wrong with other combinations is found
    when one is drawn.

    Parameters
    ----------
    network_schema : Path
        Schema of the kind of its networks.
    settings : dict
        Settings that the schema of the kind `tuner` allows.

    Returns
    -------
    (list of str, str) or None
        The keys that lead to the problem and its description, or None if all is well.
    """
    problem = find_space_problem(settings)
    if problem:
        return problem
    parameters = list_parameters(settings)
    for values in list_extremes(settings):
        problem = find_trial_problem(network_schema, put_parameters(settings, values))
        if problem:
            path, text = problem
            name = ".".join(path)
            return (["space", parameters[name]], text) if name in parameters else problem
    return None


def find_space_problem(settings: Settings) -> Problem | None:
    """Find a path that leads to no setting of a network, or a range that is none."""
    network = put_parameters(settings, {})
    for key, distribution in settings["space"].items():
        place = ["space", key]
        if not list(expand_path(network, key.split("."))):
            return place, "found no such setting; allowed are paths of settings of the network"
        if "choices" in distribution:
            continue
        low, high, step = distribution["low"], distribution["high"], distribution.get("step")
        if high < low:
            return [*place, "high"], f"found {high}; allowed is {low}, its low, or more"
        if step and (high - low) % step:
            return [*place, "high"], f"found {high}; allowed is {low} and a multiple of {step} more"
    return None


def find_trial_problem(network_schema: Path, network: Settings) -> Problem | None:
    """Find what keeps a network from being trained and validated."""
    problem = find_problem(network_schema, network) or find_network_problem(network)
    number = "validation_pairs" if "pairs" in network else "validation_images"
    if not problem and not network[number]:
        problem = [number], "found 0; allowed is 1 or more, trials are compared on them"
    return problem


def list_extremes(settings: Settings) -> Iterator[dict[str, Any]]:
    """List draws at the ends of the distributions, see `find_search_problem`."""
    parameters = list_parameters(settings)
    options = {name: list_options(settings["space"][key]) for name, key in parameters.items()}
    for end in (0, -1):
        yield {name: values[end] for name, values in options.items()}
    largest = {name: values[-1] for name, values in options.items()}
    for name, values in options.items():
        for value in values:
            yield largest | {name: value}


def list_options(distribution: Distribution) -> list[Any]:
    """List what can be chosen, or the ends of a range."""
    return distribution.get("choices") or [distribution["low"], distribution["high"]]
