"""Engines and programs are killed at random moments; nothing partial or stale is ever accepted.

`KILLS=200 python -m pytest bridge/tests/test_kills.py -n 2 -rP` makes 200 kills and prints each.
"""

import itertools
import os
from functools import partial

import pytest
from checks import check_in_step
from kills import Reference, Subject
from toy import Toy

KILLS = int(os.environ.get("KILLS", "20"))
KILLS_IN_SERIES = 10


def make_subject(toy: Toy) -> Subject:
    """Give the toy four states: two values of one parameter of each chapter."""

    def set_values(*values: int) -> None:
        for chapter, n in zip(("c1", "c2"), values, strict=True):
            toy.edit_params(chapter, data__n=n)

    values = itertools.product((30, 31), repeat=2)
    return Subject(toy, {str(pair): partial(set_values, *pair) for pair in values}, "programs/")


@pytest.fixture(scope="session")
def reference(finished, tmp_path_factory) -> Reference:
    toy = finished.copy(tmp_path_factory.mktemp("reference") / "toy")
    toy.environment["TOY_SLEEP"] = "0.1"
    return make_subject(toy).make_reference()


@pytest.mark.slow
@pytest.mark.parametrize("series", range(-(-KILLS // KILLS_IN_SERIES)))
def test_killed_at_random_moments(toy, reference, series):
    toy.environment["TOY_SLEEP"] = "0.1"
    subject = make_subject(toy)
    subject.run_series(reference, series, min(KILLS_IN_SERIES, KILLS))
    subject.set_state("(30, 30)")
    toy.snakemake()
    check_in_step(toy)
