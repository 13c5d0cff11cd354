"""How much of what the trials of a search differ by is due to each of its parameters."""

import json

import optuna
import pandas as pd
from optuna.importance import FanovaImportanceEvaluator

from redigit.search import draw_value, log_through_program
from redigit.settings import Settings
from redigit.space import list_parameters


def find_importances(trials: pd.DataFrame, settings: Settings) -> dict[str, float]:
    """Find the importance of each parameter of a search for its objective.

    It is the share of the variance of the objective over the space of the search that the
    parameter alone explains, by a forest fitted to the complete trials (functional ANOVA; Hutter,
    Hoos and Leyton-Brown 2014, as Optuna computes it), made to sum to 1.

    Parameters
    ----------
    trials : DataFrame of str
        The complete trials of one row and seed: ``value`` and a column for each parameter, as they
        stand in the table.
    settings : dict
        Settings of the kind `tuner`.

    Returns
    -------
    dict of str to float
        By parameter, the most important first.
    """
    log_through_program()
    study = optuna.create_study()
    study.add_trials([recall_trial(trial, settings) for _, trial in trials.iterrows()])
    return optuna.importance.get_param_importances(
        study, evaluator=FanovaImportanceEvaluator(seed=0)
    )


def recall_trial(trial: pd.Series, settings: Settings) -> optuna.trial.FrozenTrial:
    """Make of a line of trials what it was to Optuna."""
    space = {name: settings["space"][key] for name, key in list_parameters(settings).items()}
    # Of choices Optuna has the JSON that stands in the table.
    values = {n: trial[n] if "choices" in space[n] else json.loads(trial[n]) for n in space}
    fixed = optuna.trial.FixedTrial(values)
    for name, distribution in space.items():
        draw_value(fixed, name, distribution)
    return optuna.trial.create_trial(
        params=fixed.params, distributions=fixed.distributions, value=float(trial["value"])
    )
