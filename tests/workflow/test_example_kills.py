"""The example killed at random moments: no partial or stale result is ever accepted.

`KILLS=30 python -m pytest tests/workflow/test_example_kills.py -n 2 -rP` makes 30 kills and prints
each.
"""

import itertools
import os
import sys
from functools import partial

import pytest
from project import CHECKOUT, Project

sys.path.insert(0, str(CHECKOUT / "bridge/tests"))
pytest.register_assert_rewrite("kills")

from kills import Reference, Subject  # noqa: E402

EXPERIMENTS = "studies/example/experiments"
KILLS = int(os.environ.get("KILLS", "3"))
KILLS_IN_SERIES = 5

# Two values of a parameter each: of pairs, from which four experiments follow, and of a network.
EDITS = [
    (f"{EXPERIMENTS}/pairs.yaml", "small: {}", "small: {draws: 1}"),
    (f"{EXPERIMENTS}/clothes.yaml", "1x32: {}", "1x32: {batch: 200}"),
]


def make_subject(project: Project) -> Subject:
    originals = {file: project.read(file) for file, _, _ in EDITS}

    def set_values(*are_edited: bool) -> None:
        for is_edited, (file, old, new) in zip(are_edited, EDITS, strict=True):
            project.path(file).write_text(originals[file])
            if is_edited:
                project.edit(file, old, new)

    values = itertools.product((False, True), repeat=2)
    return Subject(project, {str(v): partial(set_values, *v) for v in values}, "workflow/scripts/")


@pytest.fixture(scope="session")
def reference(finished, tmp_path_factory) -> Reference:
    project = finished.copy(tmp_path_factory.mktemp("reference") / "project")
    return make_subject(project).make_reference()


@pytest.mark.slow
@pytest.mark.parametrize("series", range(-(-KILLS // KILLS_IN_SERIES)))
def test_killed_at_random_moments(project, reference, series):
    subject = make_subject(project)
    subject.run_series(reference, series, min(KILLS_IN_SERIES, KILLS))
    project.assert_nothing_to_do()
