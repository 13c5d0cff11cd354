"""What the run cost: time and memory by rule, from the record that each program leaves.

``python -m redigit.trace`` writes reports/costs.html and, of the claims that wait for longer runs,
reports/waiting.csv too. No job makes them and none needs them: costs differ from run to run, which
nothing that the engines keep may do.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from redigit.departures import list_reductions
from redigit.files import read_json, write_text
from redigit.pipeline import PIPELINE, read_pipeline
from redigit.recordings import list_recording_files, read_recorded
from redigit.render import render_page
from redigit.settings import RUN_FILE, find_experiments, look_up
from redigit.waiting import describe_waiting

TEMPLATES = Path("workflow/templates")
PAGE = Path("reports/costs.html")


def list_records(pipeline: Path) -> Iterator[Path]:
    """List where the jobs of a pipeline leave their records: beside the log that each names.

    A folder of logs also holds what jobs left that there are no more.
    """
    for stage in read_pipeline(pipeline).values():
        words = stage["cmd"].split()
        yield Path(words[words.index("--log") + 1]).with_suffix(".json")


def read_costs(records: Iterator[Path]) -> pd.DataFrame:
    """Read records of jobs, ``logs/<rule>/….json``; a job that has none has not run here.

    Returns
    -------
    pandas.DataFrame
        A line for each job: ``rule`` and ``job``, ``wall_s`` and ``cpu_s`` in seconds,
        ``peak_mib`` in MiB and ``machine``.
    """
    lines = []
    for path in records:
        if path.exists():
            record = read_json(path)
            _, rule, *job = path.with_suffix("").parts
            numbers = {name: record[name] for name in ("wall_s", "cpu_s", "peak_mib", "machine")}
            lines.append({"rule": rule, "job": "/".join(job), **numbers})
    return pd.DataFrame(lines, columns=["rule", "job", "wall_s", "cpu_s", "peak_mib", "machine"])


def sum_costs(costs: pd.DataFrame) -> list[dict[str, Any]]:
    """Sum the costs of jobs by rule.

    Returns
    -------
    list of dict
        For each rule, that which took most first: ``rule``, ``jobs``, ``cpu_s`` of all, ``wall_s``
        of the longest, ``longest``, ``peak_mib`` of the largest, ``largest``.
    """
    rules = []
    for rule, jobs in costs.groupby("rule"):
        longest, largest = (jobs.loc[jobs[name].idxmax()] for name in ("wall_s", "peak_mib"))
        rules.append(
            {
                "rule": rule,
                "jobs": len(jobs),
                "cpu_s": jobs["cpu_s"].sum(),
                "wall_s": longest["wall_s"],
                "longest": longest["job"],
                "peak_mib": largest["peak_mib"],
                "largest": largest["job"],
            }
        )
    return sorted(rules, key=lambda line: -line["cpu_s"])


def sum_recorded(files: Iterable[Path]) -> list[dict[str, Any]]:
    """Sum what recorded runs at full scale cost.

    Parameters
    ----------
    files : iterable of Path
        As `redigit.recordings.list_recording_files` names them.

    Returns
    -------
    list of dict
        For each file ``experiment``, ``rows`` and ``jobs``, their numbers, ``cpu_s`` and
        ``wall_s`` of all jobs, ``peak_mib`` of the largest, ``ended``, the last day, and
        ``machines``.
    """
    found = []
    for path in files:
        rows = read_recorded(path)["rows"].values()
        # Rows of one experiment share jobs.
        jobs = {name: job for row in rows for name, job in row["jobs"].items()}.values()
        sums = {name: sum(job[name] for job in jobs) for name in ("cpu_s", "wall_s")}
        found.append(
            {
                "experiment": f"{path.parent.name}/{path.stem}",
                "rows": len(rows),
                "jobs": len(jobs),
                **sums,
                "peak_mib": max(job["peak_mib"] for job in jobs),
                "ended": max(job["ended"] for job in jobs)[:10],
                "machines": ", ".join(sorted({job["machine"] for job in jobs})),
            }
        )
    return found


def build_page() -> str:
    """Build the page of costs."""
    costs, scale = read_costs(list_records(PIPELINE)), look_up(RUN_FILE, "scale")
    studies = look_up(RUN_FILE, "studies")
    experiments = [name for study in studies for name in find_experiments(study)]
    recorded = [Path(file) for study in studies for file in list_recording_files(study)]
    return render_page(
        sorted(TEMPLATES.iterdir()),
        "costs.html.j2",
        rules=sum_costs(costs),
        n_jobs=len(costs),
        cpu_s=costs["cpu_s"].sum(),
        recorded=sum_recorded(recorded),
        waiting=describe_waiting(costs),
        machines=sorted(set(costs["machine"])),
        scale=scale,
        is_reduced=bool(list_reductions(experiments, scale)),
    )


def write_costs() -> None:
    """Write the page of costs."""
    write_text(PAGE, build_page())
