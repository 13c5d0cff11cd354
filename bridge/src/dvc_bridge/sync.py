"""Tells Snakemake what DVC knows: writes its records from dvc.lock, and marks what is stale."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dvc_bridge import dvc_internals, render
from dvc_bridge.digests import DigestCache
from dvc_bridge.files import STATE_FOLDER, sign_file
from dvc_bridge.graph import Job
from dvc_bridge.judge import SENTENCE_MARK, Journal, Judge, State, Verdict, strip_sentences
from dvc_bridge.snakemake_internals import Graph, is_own_record, make_record
from dvc_bridge.state import ProjectState


@contextmanager
def hold_bridge_lock() -> Iterator[None]:
    """Let one bridge at a time write; the others wait."""
    STATE_FOLDER.mkdir(parents=True, exist_ok=True)
    with (STATE_FOLDER / "lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


class Sync:
    """One comparison of all jobs with what is known of them.

    Parameters
    ----------
    graph
        Snakemake's graph and records.
    options
        How outputs are to be seen by DVC.
    state
        What is remembered between runs.
    """

    def __init__(self, graph: Graph, options: render.Options, state: ProjectState):
        self.graph = graph
        self.options = options
        self.digests = DigestCache()
        # Loading DVC's cache takes long, and only what commits has to look into it.
        self.is_cached: Callable[[str], bool] = lambda md5: True
        self._load_lock()
        self.stage_names = render.name_stages(graph.jobs, options)
        self.judge = Judge(graph, self.lock, self.digests, Journal(state.journal))
        self.verdicts = {job: self.judge.judge(job) for job in graph.jobs}

    def reread(self) -> None:
        """Read again what DVC has written since: dvc.lock and the times of outputs."""
        self._load_lock()
        for job in self.verdicts:
            for path in job.outputs:
                self.digests.renew(path)

    def _load_lock(self) -> None:
        self.lock_signature = sign_file(dvc_internals.LOCK)
        self.lock = dvc_internals.load_lock()

    def write_records(self) -> None:
        """Bring Snakemake's records in line with the verdicts; equal ones are left alone."""
        for job, verdict in self.verdicts.items():
            if verdict.state is State.IN_LOCK:
                self._write_fresh(job)
            elif verdict.state is State.STALE:
                self._write_stale(job, verdict)
            elif verdict.state in (State.OWN, State.OWN_RULE_CHANGED):
                self._restore_own(job)

    def find_unrecorded(self) -> list[Job]:
        """Give the jobs that are up to date in themselves and that dvc.lock does not have so."""
        unrecorded = []
        for job, verdict in self.verdicts.items():
            is_sound = verdict.state in (State.OWN, State.IN_LOCK)
            if is_sound and not self.graph.is_incomplete(job) and self._find_difference(job):
                unrecorded.append(job)
        return unrecorded

    def find_differences(self) -> dict[Job, str]:
        """Give the jobs that differ from their stages in dvc.lock, each with a sentence."""
        reasons = {job: self._find_difference(job) for job in self.verdicts}
        return {job: reason for job, reason in reasons.items() if reason}

    def _find_difference(self, job: Job) -> str | None:
        entry = self.lock.stages.get(self.stage_names[job])
        if entry is None:
            return "dvc.lock has no such stage"
        return self.judge.differs_from_entry(job, entry) or self._find_uncached(job)

    def _find_uncached(self, job: Job) -> str | None:
        """Name an output that dvc.lock has right but DVC's cache lacks, as in a fresh clone."""
        for path in job.outputs:
            _, flags = self.options.classify(path)
            if flags.get("cache", True) and not self.is_cached(self.digests.get(path).md5):
                return f"{path} is not in DVC's cache"
        return None

    def _write_fresh(self, job: Job) -> None:
        """Say of a job that it ran with today's inputs, command and parameters."""
        digests = {path: self.digests.get(path).sha256 for path in job.inputs}
        for path in job.outputs:
            modified = Path(path).stat().st_mtime
            record = make_record(
                **self.graph.describe(job),
                starttime=modified,
                endtime=modified,
                input_checksums={name: f"sha256:{digest}" for name, digest in digests.items()},
            )
            if self.graph.read_record(path) != record:
                self.graph.write_record(path, record)
        if self.graph.is_incomplete(job):
            self.graph.clear_incomplete(job)

    def _write_stale(self, job: Job, verdict: Verdict) -> None:
        """Make Snakemake rerun a job, and let it say why."""
        sentence = SENTENCE_MARK + verdict.reason
        for path in job.outputs:
            old = self.graph.read_record(path)
            if is_own_record(old):
                # All else stays, so that the record holds again if the change is taken back.
                params = [*strip_sentences(old.params), sentence]
                self._rewrite_own(path, old, params)
                continue
            described = self.graph.describe(job)
            modified = Path(path).stat().st_mtime
            record = make_record(
                **{**described, "params": [*described["params"], sentence]},
                starttime=modified,
                endtime=modified,
                input_checksums={},
            )
            if old != record:
                self.graph.write_record(path, record)

    def _restore_own(self, job: Job) -> None:
        for path in job.outputs:
            old = self.graph.read_record(path)
            self._rewrite_own(path, old, strip_sentences(old.params))

    def _rewrite_own(self, path: str, old, params: list[str]) -> None:
        if old.params != params:
            changed = old.model_copy(update={"params": params})
            self.graph.write_record(path, changed, keep_time=True)
