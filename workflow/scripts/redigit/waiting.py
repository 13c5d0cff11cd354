"""What the claims that wait for runs at full scale would cost: an estimate from this run's records.

Part of the page of costs, which no job makes, since costs differ from run to run.
"""

from math import isnan, nan, prod
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from redigit.claims import Claim, claims_file, read_claims
from redigit.files import write_csv
from redigit.quantities import Quantity, find_settings
from redigit.recordings import list_recording_files, read_recordings
from redigit.scale import list_changes
from redigit.settings import (
    RUN_FILE,
    Settings,
    experiment_file,
    look_up,
    read_experiment,
    trace_sources,
)
from redigit.tables import read_texts
from redigit.validation import SCHEMAS

AUDIT, TABLE = Path("reports/audit.csv"), Path("reports/waiting.csv")
# Verdicts that leave a claim open for want of runs.
WAITING = ("not_run", "underpowered", "single_run", "indeterminate")
# Rules whose jobs measure or draw what others have made; they cost little at any scale.
MEASURING = (
    *("evaluate_predictions", "measure_embeddings", "summarise_pairs", "summarise_pca"),
    "verify_certificates",
)
# Settings to which the work of a job is taken to be proportional, all at once.
SIZES = (
    *("epochs", "trials", "train_images", "train_pairs", "draws", "pairs.draws", "iterations"),
    *("max_iterations", "maps", "points", "size", "train", "sample"),
)
# A job that did less than one part in so many spent its seconds on starting: they tell nothing.
LARGEST_RATIO = 2000
COLUMNS = ("id", "study", "verdict", "rows", "changes", "jobs", "spent_s", "low_s", "high_s")

Row = tuple[str, str]


class Job(NamedTuple):
    """A job that has run: its rule, the rows that it is about, and its seconds of processor."""

    rule: str
    rows: tuple[Row, ...]
    cpu_s: float


def measure_work(settings: Settings) -> float:
    """Measure the work of a row, in no unit: the product of all its sizes.

    A support vector machine compares its pairs with each other, so that their number counts twice.
    """
    sizes = dict(settings)
    if "size" in sizes and sizes["size"] is None:
        sizes["size"] = sizes["pairs.train"]
    numbers = [sizes[name] for name in SIZES if isinstance(sizes.get(name), int | float)]
    twice = [sizes["size"]] if "svm" in (sizes.get("model") or {}) else []
    return prod(map(float, numbers + twice))


def find_ratio(job: Job, scale: str) -> float:
    """Find how many times the work of a job is at full scale what it is at a scale."""
    full, now = (
        sum(measure_work(find_settings(Quantity(*row, ""), at)) for row in job.rows)
        for at in ("full", scale)
    )
    return full / now


def estimate_seconds(job: Job, fixed: float, scale: str) -> tuple[float, float] | None:
    """Estimate the seconds of a job at full scale, as a lower and an upper number.

    Parameters
    ----------
    job : Job
        The job, as it ran.
    fixed : float
        Seconds that do not grow with the work, such as the start of the program, at most: those of
        the shortest job of its rule.
    scale : str
        Scale at which it ran.

    Returns
    -------
    (float, float) or None
        If all but the fixed seconds grow with the work, and if all do; None if the job did too
        little to tell.
    """
    ratio = find_ratio(job, scale)
    if ratio > LARGEST_RATIO:
        return None
    fixed = min(fixed, job.cpu_s)
    return fixed + (job.cpu_s - fixed) * ratio, job.cpu_s * ratio


def list_jobs(costs: pd.DataFrame) -> list[Job]:
    """List the jobs that make what is measured, with the rows that each is about.

    Parameters
    ----------
    costs : pandas.DataFrame
        The records, as of `redigit.costs.read_costs`.
    """
    jobs = []
    for line in costs.itertuples():
        study, *rest = line.job.split("/")
        if line.rule in MEASURING or not rest:
            continue
        experiment = f"{study}/{rest[0]}"
        # A figure, say, is none.
        if not experiment_file(experiment).exists():
            continue
        named = tuple(read_experiment(experiment)["rows"]) if len(rest) == 1 else (rest[1],)
        jobs.append(Job(line.rule, tuple((experiment, row) for row in named), line.cpu_s))
    return jobs


def find_fixed(jobs: list[Job]) -> dict[str, float]:
    """Find the seconds of the shortest job of each rule."""
    return {rule: min(j.cpu_s for j in jobs if j.rule == rule) for rule in {j.rule for j in jobs}}


def estimate_all(costs: pd.DataFrame) -> dict[str, Any]:
    """Estimate all jobs that the scale makes smaller, each counted once.

    Those of which every row is recorded at full scale have run.

    Returns
    -------
    dict
        ``n_smaller``, how many there are, ``n_untold``, those too small to tell, and of the rest
        ``low`` and ``high`` in words.
    """
    scale, jobs = look_up(RUN_FILE, "scale"), list_jobs(costs)
    fixed = find_fixed(jobs)
    files = [
        Path(file) for study in look_up(RUN_FILE, "studies") for file in list_recording_files(study)
    ]
    recorded = read_recordings(files, (), {}).keys()
    smaller = [job for job in jobs if find_ratio(job, scale) > 1 and not recorded >= {*job.rows}]
    estimates = [estimate_seconds(job, fixed[job.rule], scale) for job in smaller]
    low, high = sum_estimates([both for both in estimates if both])
    return {
        "n_smaller": len(smaller),
        "n_untold": estimates.count(None),
        "low": show_duration(low),
        "high": show_duration(high),
    }


def sum_estimates(estimates: list[tuple[float, float] | None]) -> tuple[float, float]:
    """Sum estimates; of those with one that is not known, nothing is known."""
    if None in estimates:
        return nan, nan
    return sum(low for low, _ in estimates), sum(high for _, high in estimates)


def list_waiting(costs: pd.DataFrame, audit: Path = AUDIT) -> pd.DataFrame:
    """List the claims that wait for runs, with what these would cost.

    Parameters
    ----------
    costs : pandas.DataFrame
        The records, as of `redigit.costs.read_costs`.
    audit : Path
        All verdicts.

    Returns
    -------
    pandas.DataFrame
        A line for each claim, with `COLUMNS`: its ``rows``, their settings that are smaller than
        at full scale (``changes``), how many ``jobs`` make them, the seconds of processor that
        these have taken, and a lower and an upper number of what they would take. A claim that
        was judged waits for more seeds or draws; none of its costs is known.
    """
    scale, jobs = look_up(RUN_FILE, "scale"), list_jobs(costs)
    fixed = find_fixed(jobs)
    verdicts = read_texts(audit, ("id", "study", "verdict"))
    waiting = verdicts[verdicts["verdict"].isin(WAITING)]
    lines = []
    for study, group in waiting.groupby("study", sort=False):
        claims = read_claims(claims_file(str(study)), str(study), SCHEMAS / "claims.yaml")
        by_id = {claim.id: claim for claim in claims}
        for line in group.itertuples():
            lines.append(describe_claim(by_id[line.id], line.verdict, jobs, fixed, scale))
    return pd.DataFrame(lines, columns=COLUMNS)


def describe_claim(
    claim: Claim, verdict: str, jobs: list[Job], fixed: dict[str, float], scale: str
) -> dict[str, Any]:
    """Describe one claim that waits; see `list_waiting`."""
    # What was judged ran at full size, in this run or in a recorded one.
    changes = {
        f"{name} {now} of {full}": None
        for target in (claim.targets if verdict == "not_run" else ())
        for name, (now, full) in list_changes(target, scale).items()
    }
    rows = {row for target in claim.targets for row in trace_sources(*target[:2], "full")}
    behind = [job for job in jobs if rows.intersection(job.rows)] if changes else []
    low, high = sum_estimates([estimate_seconds(job, fixed[job.rule], scale) for job in behind])
    return {
        "id": claim.id,
        "study": claim.study,
        "verdict": verdict,
        "rows": " ".join(dict.fromkeys("/".join(target[:2]) for target in claim.targets)),
        "changes": ", ".join(changes),
        "jobs": len(behind),
        "spent_s": round(sum(job.cpu_s for job in behind), 1),
        "low_s": round(low, 0),
        "high_s": round(high, 0),
    }


def sum_waiting(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Sum the claims that wait by the rows that they need, so that no job counts twice in a line.

    Returns
    -------
    list of dict
        ``rows``, ``changes``, the ``claims`` that wait for them, ``jobs``, and the bounds in words
        as ``low`` and ``high``; the cheapest for a claim first.
    """
    lines = []
    for (rows, changes), group in table.groupby(["rows", "changes"], sort=False):
        first = group.iloc[0]
        lines.append(
            {"rows": rows, "changes": changes, "claims": list(group["id"])}
            | {"jobs": first["jobs"], "high_s": first["high_s"]}
            | {"low": show_duration(first["low_s"]), "high": show_duration(first["high_s"])}
        )
    return sorted(
        lines, key=lambda line: (isnan(line["high_s"]), line["high_s"] / len(line["claims"]))
    )


def show_duration(seconds: float) -> str:
    """Show a duration in the unit that suits it; an estimate has no more than two figures."""
    if isnan(seconds):
        return "not known"
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{float(f'{seconds / size:.2g}'):g} {unit}"
    return f"{float(f'{seconds:.2g}'):g} s"


def describe_waiting(costs: pd.DataFrame) -> dict[str, Any] | None:
    """Describe for the page what waits, and write it as a table; None if there is no audit."""
    if not AUDIT.exists():
        return None
    table = list_waiting(costs)
    write_csv(TABLE, table)
    known = table[table["jobs"] > 0]
    return {
        **estimate_all(costs),
        "n_claims": len(table),
        "n_known": len(known),
        "n_more_runs": int((table["changes"] == "").sum()),
        "lines": sum_waiting(known),
        "table": TABLE.name,
    }
