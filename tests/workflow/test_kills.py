"""The example killed at random moments: no partial or stale result is ever accepted.

`KILLS=30 python -m pytest tests/workflow/test_kills.py -n 2 -rP` makes 30 kills and prints each.
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

STUDY = "studies/example/params.yaml"
KILLS = int(os.environ.get("KILLS", "3"))
KILLS_IN_SERIES = 5

# Two values of a parameter each: of pairs, from which four experiments follow, and of a network.
EDITS = [("small: {}", "small: {draws: 1}"), ("1x32: {}", "1x32: {batch: 200}")]


def make_subject(project: Project) -> Subject:
    original = project.read(STUDY)

    def set_values(*are_edited: bool) -> None:
        project.path(STUDY).write_text(original)
        for is_edited, edit in zip(are_edited, EDITS, strict=True):
            if is_edited:
                project.edit(STUDY, *edit)

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
