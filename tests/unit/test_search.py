"""Searches: the same whether or not they were interrupted, and their trials counted rightly."""

import logging
import math
from contextlib import suppress

import optuna
import pytest

from redigit.errors import InputError
from redigit.files import write_csv
from redigit.search import (
    log_through_program,
    make_digest,
    measure_search,
    open_database,
    run_search,
    tabulate_trials,
)

SETTINGS = {
    "trials": 12,
    "sampler": "tpe",
    "pruner": None,
    "objective": "validation_accuracy",
    "space": {
        "hidden.each": {"low": 8, "high": 512, "step": 8},
        "activation": {"choices": ["relu", "tanh"]},
        "optimiser.learning_rate": {"low": 0.0001, "high": 0.1, "log": True},
        "batch": {"choices": [[1, 2], [3]]},
    },
    "hidden": [8, 8],
    "activation": "relu",
    "optimiser": {"name": "adam", "learning_rate": 0.001},
    "batch": 50,
}
NAME = "t/search/row/0"


class Killed(BaseException):
    """Ends a search as a signal does: nothing in the code expects it."""


def make_value(network: dict) -> float:
    """Make up the accuracy of a network from its settings."""
    distance = abs(network["hidden"][0] - 100) / 512 + abs(math.log10(
        network["optimiser"]["learning_rate"]) + 2) / 4  # fmt: skip
    return 1 - distance / 2 + 0.01 * (network["activation"] == "relu")


def make_trainer(killed_in: int | None = None, metric: str = "validation_accuracy"):
    """Make a trainer of two epochs that is killed between those of one trial, from 0."""
    networks = []

    def train(network, after_epoch):
        networks.append(network)
        value = make_value(network)
        if len(networks) - 1 == killed_in:
            with suppress(optuna.TrialPruned):
                after_epoch(1, {metric: value / 2})
            raise Killed
        after_epoch(1, {metric: value / 2})
        after_epoch(2, {metric: value})
        return {"n_parameters": sum(network["hidden"]), "test_accuracy": value / 3, metric: value}

    return train, networks


def search(database, settings=SETTINGS, key="key", **options):
    train, networks = make_trainer(**options)
    trials = run_search(settings, NAME, open_database(database), key, train)
    return trials, networks


def write_trials(path, trials):
    write_csv(path, tabulate_trials({("row", 0): trials}))
    return path.read_bytes()


PRUNER = {"trials": 1, "epochs": 1}


@pytest.mark.parametrize("sampler", ["random", "tpe"])
@pytest.mark.parametrize("pruner", [None, PRUNER])
@pytest.mark.parametrize("killed_in", [0, 11])
def test_a_killed_search_ends_as_an_undisturbed_one(tmp_path, sampler, pruner, killed_in):
    settings = SETTINGS | {"sampler": sampler, "pruner": pruner}
    whole, all_networks = search(tmp_path / "whole.db", settings)
    with pytest.raises(Killed):
        search(tmp_path / "killed.db", settings, killed_in=killed_in)
    resumed, networks = search(tmp_path / "killed.db", settings)
    # The trial that was at work is repeated, none of those before it.
    assert networks == all_networks[-len(networks) :]
    assert len(networks) < len(all_networks) or killed_in == 0
    files = [tmp_path / name for name in ("whole.csv", "killed.csv")]
    assert write_trials(files[0], whole) == write_trials(files[1], resumed)


def test_an_ended_search_trains_nothing(tmp_path):
    trials, _ = search(tmp_path / "trials.db")
    again, networks = search(tmp_path / "trials.db")
    assert not networks
    assert write_trials(tmp_path / "a.csv", trials) == write_trials(tmp_path / "b.csv", again)


def test_trials_of_another_key_are_not_taken_over(tmp_path):
    search(tmp_path / "trials.db")
    _, networks = search(tmp_path / "trials.db", key="other")
    assert len(networks) == SETTINGS["trials"]


def test_more_trials_go_on_where_fewer_ended_and_fewer_are_the_first(tmp_path):
    fewer, _ = search(tmp_path / "trials.db", SETTINGS | {"trials": 11})
    more, networks = search(tmp_path / "trials.db")
    assert len(networks) == 1
    whole, _ = search(tmp_path / "whole.db")
    assert write_trials(tmp_path / "a.csv", more) == write_trials(tmp_path / "b.csv", whole)
    first, networks = search(tmp_path / "trials.db", SETTINGS | {"trials": 11})
    assert not networks
    assert write_trials(tmp_path / "a.csv", first) == write_trials(tmp_path / "b.csv", fewer)


def test_samples_differ_from_name_to_name(tmp_path):
    train, networks = make_trainer()
    for seed in range(2):
        run_search(SETTINGS, f"t/search/row/{seed}", open_database(tmp_path / f"{seed}"), "", train)
    assert networks[:12] != networks[12:]


def test_parameters_are_drawn_from_their_distributions(tmp_path):
    settings = SETTINGS | {"sampler": "random", "trials": 40}
    _, networks = search(tmp_path / "trials.db", settings)
    widths = [width for network in networks for width in network["hidden"]]
    assert all(8 <= width <= 512 and width % 8 == 0 for width in widths)
    assert len(set(widths)) > 30
    rates = [network["optimiser"]["learning_rate"] for network in networks]
    assert all(0.0001 <= rate <= 0.1 for rate in rates)
    # Half of them lie below the middle of the logarithms.
    assert 10 <= sum(rate < 0.00316 for rate in rates) <= 30
    assert {network["activation"] for network in networks} == {"relu", "tanh"}
    assert [3] in (network["batch"] for network in networks)


def test_tpe_learns_from_the_trials_before(tmp_path):
    settings = SETTINGS | {"trials": 40}
    values = {}
    for sampler in ("random", "tpe"):
        trials, _ = search(tmp_path / sampler, settings | {"sampler": sampler})
        values[sampler] = sum(trial.value for trial in trials[20:])
    assert values["tpe"] > values["random"]


def test_pruned_trials_are_told_and_never_the_worst(tmp_path):
    settings = SETTINGS | {"pruner": PRUNER}
    trials, _ = search(tmp_path / "trials.db", settings)
    table = tabulate_trials({("row", 0): trials})
    pruned = table[table["state"] == "pruned"]
    assert 0 < len(pruned) < len(table)
    assert pruned["test_accuracy"].isna().all()
    measured = measure_search(settings, NAME, trials)
    assert measured["n_trials"] == 12
    assert measured["n_complete"] == 12 - len(pruned)
    complete = table[table["state"] == "complete"]
    assert measured["worst_value"] == complete["value"].min()


@pytest.mark.parametrize("objective", ["validation_accuracy", "validation_loss"])
def test_best_and_worst_follow_from_the_objective(tmp_path, objective):
    settings = SETTINGS | {"objective": objective}
    trials, networks = search(tmp_path / "trials.db", settings, metric=objective)
    values = [make_value(network) for network in networks]
    low, high = min(values), max(values)
    best, worst = (high, low) if objective == "validation_accuracy" else (low, high)
    chosen = networks[values.index(best)]
    measured = measure_search(settings, NAME, trials)
    assert measured == {
        "n_trials": 12,
        "n_complete": 12,
        "best_value": best,
        "best_n_parameters": sum(chosen["hidden"]),
        "best_test_accuracy": best / 3,
        "worst_value": worst,
        "worst_n_parameters": sum(networks[values.index(worst)]["hidden"]),
        "worst_test_accuracy": worst / 3,
    }


def test_the_first_of_equal_trials_counts(tmp_path):
    trials, _ = search(tmp_path / "trials.db", SETTINGS | {"trials": 3})
    for trial in trials:
        trial.value = 0.5
    measured = measure_search(SETTINGS, NAME, trials)
    first = trials[0].user_attrs["n_parameters"]
    assert measured["best_n_parameters"] == measured["worst_n_parameters"] == first


def test_a_trial_without_a_number_fails_and_a_search_of_such_is_refused(tmp_path):
    def train(network, after_epoch):
        return {"n_parameters": 1, "test_accuracy": 0.1, "validation_accuracy": math.nan}

    database = open_database(tmp_path / "trials.db")
    with pytest.warns(UserWarning, match="nan is not acceptable"):
        trials = run_search(SETTINGS, NAME, database, "key", train)
    assert {trial.state.name for trial in trials} == {"FAIL"}
    with pytest.raises(InputError, match=r"t/search/row/0: no trial"):
        measure_search(SETTINGS, NAME, trials)


def test_a_file_that_is_no_database_is_named(tmp_path):
    file = tmp_path / "trials.db"
    file.write_text("no database, but as long as the header of one: " + "x" * 100)
    with pytest.raises(InputError, match=r"trials\.db: not a database of trials; remove it"):
        open_database(file)


def test_digest_follows_from_content_and_values(tmp_path):
    file = tmp_path / "code.py"
    file.write_text("1")
    first = make_digest([file], {"a": 1, "b": 2})
    assert first == make_digest([file], {"b": 2, "a": 1})
    assert first != make_digest([file], {"a": 1, "b": 3})
    file.write_text("2")
    assert first != make_digest([file], {"a": 1, "b": 2})


def test_what_optuna_says_is_printed(monkeypatch, capsys):
    monkeypatch.setattr(logging.getLogger("optuna"), "handlers", [])
    log_through_program()
    logging.getLogger("optuna.study").warning("a warning")
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("a warning\n", "")
