"""Tells DVC what Snakemake has made: records finished jobs in dvc.lock and in the cache."""

from pathlib import Path

from dvc_bridge import dvc_internals
from dvc_bridge.graph import Job, find_downstream
from dvc_bridge.judge import State
from dvc_bridge.snakemake_internals import Graph, is_own_record
from dvc_bridge.sync import Sync


def demote_records(graph: Graph, since: float) -> None:
    """Take from records written by `snakemake --touch` what makes them count as those of a run.

    Parameters
    ----------
    graph
        Snakemake's graph and records.
    since
        When that run began, in seconds since the epoch.
    """
    for job in graph.jobs:
        for path in job.outputs:
            record = graph.read_record(path)
            if is_own_record(record) and graph.read_record_time(path) >= since:
                graph.write_record(path, record.model_copy(update={"job_hash": None}))


def record_finished(sync: Sync, fresh: Graph) -> list[str]:
    """Record in dvc.lock the jobs that Snakemake holds up to date, and no others.

    Parameters
    ----------
    sync
        The comparison, its records written.
    fresh
        Snakemake's graph, built after that.

    Returns
    -------
    list of str
        The stages that were recorded.

    Raises
    ------
    BridgeError
        If DVC refuses.
    """
    unsound = [
        job
        for job, verdict in sync.verdicts.items()
        if verdict.state not in (State.OWN, State.IN_LOCK) or fresh.needs_run(job)
    ]
    barred = find_downstream(sync.graph.jobs, unsound)
    jobs = [job for job in sync.find_unrecorded() if job not in barred]
    if not jobs:
        return []
    stages = {sync.stage_names[job]: _describe_verified(sync, job) for job in jobs}
    return dvc_internals.record_stages(stages, _find_superseded(sync, jobs))


def _describe_verified(sync: Sync, job: Job) -> dict:
    """Give the digests and values with which a job was found up to date."""

    def describe(path: str) -> tuple[str, int]:
        return sync.digests.get(path).md5, Path(path).stat().st_size

    return {
        "deps": {path: describe(path) for path in job.inputs},
        "outs": {path: describe(path) for path in job.outputs},
        "params": job.settings,
    }


def _find_superseded(sync: Sync, jobs: list[Job]) -> list[str]:
    """Give the entries of dvc.lock whose outputs are now made by stages of other names.

    Entries of stages that no longer exist are kept: their outputs may be wanted again.
    """
    names = set(sync.stage_names.values())
    outputs = {path for job in jobs for path in job.outputs}
    return [
        name
        for name, entry in sync.lock.stages.items()
        if name not in names and outputs & {out["path"] for out in entry.get("outs", ())}
    ]
