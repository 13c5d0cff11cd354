"""Searches with Optuna: drawing trials, keeping the finished ones, summing them up.

What is drawn for a trial follows from the settings, the seed, the trial's number and the trials
before it. A finished trial is added to a database at once, so that a search that was killed goes
on after the last of them and ends as it would have.
"""

import hashlib
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
import pandas as pd
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import DatabaseError

from redigit.errors import InputError
from redigit.randomness import make_generator
from redigit.settings import Settings
from redigit.space import Distribution, list_parameters, put_parameters

# Called after each epoch with its number and the measures of the epoch.
AfterEpoch = Callable[[int, dict[str, float]], None]
# Trains a trial's network; gives what is known of it at the end, the objective among it.
Trainer = Callable[[Settings, AfterEpoch], dict[str, float]]

TRIAL_COLUMNS = ("row", "seed", "number", "state", "value", "n_parameters", "test_accuracy")


class PrintHandler(logging.Handler):
    """Prints messages to whatever the standard output is when they come."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one message."""
        print(self.format(record))


def log_through_program() -> None:
    """Have what Optuna has to say printed, so that it goes to the log of the program."""
    optuna.logging.disable_default_handler()
    # Below that it tells only that studies are created.
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    logger = logging.getLogger("optuna")
    logger.handlers = [PrintHandler()]


def make_digest(files: list[Path], *values: Any) -> str:
    """Make a name for what trials depend on: content of files, values, and Optuna's version."""
    digest = hashlib.sha256(json.dumps([optuna.__version__, *values], sort_keys=True).encode())
    for file in files:
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"\n{file.as_posix()} {content}".encode())
    return digest.hexdigest()


def open_database(file: Path) -> optuna.storages.RDBStorage:
    """Open the database of finished trials; make it if it is missing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        return optuna.storages.RDBStorage(f"sqlite:///{file}")
    except DatabaseError as error:
        raise InputError(f"{file}: not a database of trials; remove it") from error


def run_search(
    settings: Settings,
    name: str,
    database: optuna.storages.BaseStorage,
    key: str,
    train: Trainer,
) -> list[FrozenTrial]:
    """Run the trials of one search that are not finished yet.

    Parameters
    ----------
    settings : dict
        Settings of the kind `tuner`.
    name : str
        ``study/experiment/row/seed``, which also names the random streams.
    database : BaseStorage
        Keeps the finished trials.
    key : str
        Name in the database of all that the trials depend on.
    train : callable
        Trains one network.

    Returns
    -------
    list of FrozenTrial
        All trials.
    """
    direction = "maximize" if is_ascending(settings) else "minimize"
    finished = optuna.create_study(
        storage=database, study_name=key, direction=direction, load_if_exists=True
    )
    # A trial at work is in memory only: half of one is never found, and takes up no number.
    study = optuna.create_study(direction=direction, pruner=make_pruner(settings["pruner"]))
    study.add_trials(finished.trials[: settings["trials"]])
    if study.trials:
        print(f"{name}: trials finished by an earlier run: {len(study.trials)}")
    for number in range(len(study.trials), settings["trials"]):
        study.sampler = make_sampler(settings["sampler"], name, number)
        run_trial(study, settings, train)
        trial = study.trials[-1]
        finished.add_trial(trial)
        state = trial.state.name.lower()
        print(f"{name}, trial {number}: {state}, {trial.value}, {trial.params}")
    return study.trials


def is_ascending(settings: Settings) -> bool:
    """Say whether more of a search's objective is better."""
    return settings["objective"].endswith("accuracy")


def make_sampler(name: str, *stream: str | int) -> BaseSampler:
    """Make the sampler of one trial; a name's samplers differ in their random stream only."""
    seed = int(make_generator("sampler", *stream).integers(2**32))
    return {"random": RandomSampler, "tpe": TPESampler}[name](seed=seed)


def make_pruner(settings: Settings | None) -> optuna.pruners.BasePruner:
    """Make the pruner that a search's settings ask for."""
    if settings is None:
        return optuna.pruners.NopPruner()
    return optuna.pruners.MedianPruner(settings["trials"], settings["epochs"])


def run_trial(study: optuna.Study, settings: Settings, train: Trainer) -> None:
    """Draw the parameters of the next trial, train its network, and tell the study."""
    trial = study.ask()
    objective = settings["objective"]
    values = {
        name: draw_value(trial, name, settings["space"][key])
        for name, key in list_parameters(settings).items()
    }

    def after_epoch(epoch: int, measured: dict[str, float]) -> None:
        trial.report(measured[objective], epoch)
        if trial.should_prune():
            raise optuna.TrialPruned

    try:
        result = train(put_parameters(settings, values), after_epoch)
    except optuna.TrialPruned:
        study.tell(trial, state=TrialState.PRUNED)
        return
    for name in ("n_parameters", "test_accuracy"):
        trial.set_user_attr(name, result[name])
    # A value that is no number makes the trial one that failed.
    study.tell(trial, result[objective])


def draw_value(trial: optuna.Trial, name: str, distribution: Distribution) -> Any:
    """Draw the value of one parameter."""
    if "choices" in distribution:
        # Optuna chooses between plain values, but lists are choices too.
        return json.loads(
            trial.suggest_categorical(name, [json.dumps(c) for c in distribution["choices"]])
        )
    low, high = distribution["low"], distribution["high"]
    if "step" in distribution:
        return trial.suggest_int(name, low, high, step=distribution["step"])
    return trial.suggest_float(name, low, high, log=distribution["log"])


def tabulate_trials(searches: dict[tuple[str, int], list[FrozenTrial]]) -> pd.DataFrame:
    """Tabulate the trials of all searches.

    Parameters
    ----------
    searches : dict of (str, int) to list of FrozenTrial
        By row and seed.

    Returns
    -------
    DataFrame
        A line for each trial: columns `TRIAL_COLUMNS`, then the parameters by name. What a
        trial has not is empty; numbers count from 0. Choices stand as JSON.
    """
    lines = []
    for (row, seed), trials in searches.items():
        for number, trial in enumerate(trials):
            known = [row, seed, number, trial.state.name.lower(), trial.value]
            known += [trial.user_attrs.get(name) for name in TRIAL_COLUMNS[5:]]
            lines.append(dict(zip(TRIAL_COLUMNS, known, strict=True)) | trial.params)
    parameters = sorted({name for line in lines for name in line} - set(TRIAL_COLUMNS))
    # As objects, so that a column of whole numbers with gaps keeps them whole.
    return pd.DataFrame(lines, columns=[*TRIAL_COLUMNS, *parameters], dtype=object)


def measure_search(settings: Settings, name: str, trials: list[FrozenTrial]) -> dict[str, float]:
    """Measure one search: its best and worst complete trials, the first of equal ones.

    Parameters
    ----------
    settings : dict
        Its settings.
    name : str
        ``study/experiment/row/seed``.
    trials : list of FrozenTrial
        Its trials.

    Returns
    -------
    dict of str to float
        ``n_trials``, ``n_complete``, and as ``best_…`` and ``worst_…`` the value of the objective,
        the number of parameters and the test accuracy of the two trials.

    Raises
    ------
    InputError
        If no trial is complete.
    """
    complete = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    if not complete:
        raise InputError(f"{name}: no trial ended with a number; allowed is one or more")
    ends = {
        "worst" if is_ascending(settings) else "best": min(complete, key=get_value),
        "best" if is_ascending(settings) else "worst": max(complete, key=get_value),
    }
    measured = {
        f"{end}_{metric}": value
        for end in ("best", "worst")
        for metric, value in {"value": ends[end].value, **ends[end].user_attrs}.items()
    }
    return {"n_trials": len(trials), "n_complete": len(complete), **measured}


def get_value(trial: FrozenTrial) -> float:
    """Give the value of a complete trial."""
    return trial.value
