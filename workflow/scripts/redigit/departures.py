"""Where a run is not what a study did: settings that its scale changes, and assumptions."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd

from redigit.assumptions import find_assumptions, list_dependents
from redigit.settings import (
    experiment_file,
    look_up,
    read_experiment,
    resolve_settings,
    split_experiment,
)


def list_reductions(experiments: Sequence[str], scale: str) -> list[dict[str, Any]]:
    """List the settings that the run's scale makes differ from what the studies state.

    Parameters
    ----------
    experiments : sequence of str
        As ``study/experiment``.
    scale : str
        Scale of the run.

    Returns
    -------
    list of dict
        ``experiment`` is its name, ``setting``, ``full`` and ``now`` are its values, and ``rows``
        the rows that have them; ``all_rows`` says whether these are all of the experiment.
    """
    reductions = []
    for experiment in experiments:
        found: dict[str, dict[str, Any]] = {}
        rows = read_experiment(experiment)["rows"]
        for row in rows:
            full = resolve_settings(experiment, row, "full")
            now = resolve_settings(experiment, row, scale)
            for setting in (name for name in full if full[name] != now[name]):
                values = {"setting": setting, "full": full[setting], "now": now[setting]}
                found.setdefault(repr(values), {**values, "rows": []})["rows"].append(row)
        for reduction in found.values():
            known = {"experiment": split_experiment(experiment)[1]}
            known["all_rows"] = len(reduction["rows"]) == len(rows)
            reductions.append(known | reduction)
    return reductions


def describe_assumptions(experiments: Sequence[str], claims: pd.DataFrame) -> list[dict[str, Any]]:
    """List what a study does not state and is assumed, with the verdicts that hang on it."""
    assumptions = []
    for experiment in experiments:
        file = experiment_file(experiment)
        for key, text in find_assumptions(file):
            rows = list_dependents(experiments, experiment, key)
            # The claims on settings are about what the study states, not about what came of it.
            measured = [re.compile(rf"(?<![\w/]){re.escape(row)}/(?!settings\.)") for row in rows]
            hang = [any(row.search(name) for row in measured) for name in claims["quantity"]]
            assumptions.append(
                {
                    "experiment": file.stem,
                    "key": f"{file.stem}.{key}",
                    "value": look_up(file, key),
                    "text": text,
                    "counts": Counter(claims["verdict"][hang]),
                }
            )
    return assumptions
