"""Decides for each job whether its outputs are what its inputs, command and parameters give."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from dvc_bridge.digests import DigestCache
from dvc_bridge.dvc_internals import Lock, ParamFiles
from dvc_bridge.graph import Job
from dvc_bridge.snakemake_internals import Graph, is_own_record

# Stands at the start of a sentence that the bridge puts into a record's parameters: Snakemake
# then reruns the job and prints the sentence as its reason.
SENTENCE_MARK = "dvc-bridge: "

# In the journal, in place of a digest: the file was made while its inputs changed.
TAINTED = "tainted"


class State(Enum):
    """What is known of a job's outputs."""

    MISSING = "an output is missing"
    OWN = "Snakemake made them, and nothing has changed since"
    OWN_RULE_CHANGED = "Snakemake made them, and sees by itself what has changed in the rule"
    IN_LOCK = "dvc.lock records them with today's inputs, command and parameters"
    STALE = "they are not known to be what the job would make"


@dataclass(frozen=True)
class Verdict:
    """The state of a job's outputs and, if they are stale, the reason in a sentence."""

    state: State
    reason: str = ""


class Journal:
    """What the outputs of Snakemake's own runs were when the bridge first saw them.

    A file edited under its old time would otherwise pass for the job's result, and a touched
    one would not.

    Parameters
    ----------
    entries
        Output: [end time in its record in seconds, MD5].
    """

    def __init__(self, entries: dict[str, list]):
        self.entries = entries

    def is_result(self, path: str, endtime: float, md5: str) -> bool:
        """Tell whether a file is still what the job left, and remember it if it is new."""
        known = self.entries.get(path)
        if known is not None and known[0] == endtime:
            return known[1] == md5
        if Path(path).stat().st_mtime != endtime:
            return False
        self.entries[path] = [endtime, md5]
        return True

    def taint(self, path: str, endtime: float) -> None:
        """Remember that a file was made while an input changed."""
        self.entries[path] = [endtime, TAINTED]


class Judge:
    """Compares the files with Snakemake's records and with dvc.lock.

    Parameters
    ----------
    graph
        Snakemake's graph and records.
    lock
        What dvc.lock says, or has said.
    digests
        Digests of files.
    journal
        What is remembered of Snakemake's own runs.
    """

    def __init__(self, graph: Graph, lock: Lock, digests: DigestCache, journal: Journal):
        self._graph = graph
        self._digests = digests
        self._journal = journal
        self._params = ParamFiles()
        self._made = {path for job in graph.jobs for path in job.outputs}
        self._entries: dict[frozenset[str], list[dict[str, Any]]] = {}
        for entry in (*lock.stages.values(), *lock.lost.values()):
            outputs = frozenset(out["path"] for out in entry.get("outs", ()))
            self._entries.setdefault(outputs, []).append(entry)

    def judge(self, job: Job) -> Verdict:
        """Give the state of a job's outputs; the states of other jobs do not enter."""
        if any(self._digests.get(path) is None for path in job.outputs):
            return Verdict(State.MISSING)
        own_reason = self._find_change_since_run(job)
        if own_reason is None and self._is_rule_unchanged(job):
            return Verdict(State.OWN)
        lock_reason = self._find_change_since_lock(job)
        if lock_reason is None:
            return Verdict(State.IN_LOCK)
        if own_reason is None:
            return Verdict(State.OWN_RULE_CHANGED)
        return Verdict(State.STALE, own_reason or lock_reason)

    def differs_from_entry(self, job: Job, entry: dict[str, Any]) -> str | None:
        """Give the first difference between a job and an entry of dvc.lock; None if there is none.

        Parameters
        ----------
        job
            A job whose outputs exist.
        entry
            A stage of dvc.lock.

        Returns
        -------
        str or None
            A sentence.
        """
        outs = {out["path"]: _read_md5(out) for out in entry.get("outs", ())}
        deps = {dep["path"]: _read_md5(dep) for dep in entry.get("deps", ())}
        for path in job.outputs:
            if outs.get(path) != self._md5(path):
                return f"{path} is not the file that dvc.lock records"
        if entry["cmd"] != job.dvc_command:
            return "the command has changed since dvc.lock was written"
        if set(deps) != set(job.inputs):
            path = min(set(deps) ^ set(job.inputs))
            what = "no longer an input" if path in deps else "a new input"
            return f"{path} is {what} since dvc.lock was written"
        for path in job.inputs:
            if deps[path] != self._md5(path):
                return f"{path} has changed since dvc.lock was written"
        return self._find_changed_param(job, entry.get("params", {}))

    def _md5(self, path: str) -> str | None:
        digest = self._digests.get(path)
        return None if digest is None else digest.md5

    def _find_changed_param(self, job: Job, recorded: dict[str, Any]) -> str | None:
        now = {(file, key) for file, keys in job.settings.items() for key in keys}
        then = {(file, key) for file, keys in recorded.items() for key in keys}
        for file, key in sorted(now ^ then):
            return f"{key} of {file} is a new or dropped parameter since dvc.lock was written"
        for file, key in sorted(now):
            if self._params.read(file, key) != recorded[file][key]:
                return f"{key} of {file} has changed since dvc.lock was written"
        return None

    def _find_change_since_lock(self, job: Job) -> str | None:
        """Compare with all entries that have these outputs, whatever their names."""
        reason: str | None = "neither Snakemake nor dvc.lock has a record of how it was made"
        for entry in self._entries.get(frozenset(job.outputs), ()):
            reason = self.differs_from_entry(job, entry)
            if reason is None:
                break
        return reason

    def _find_change_since_run(self, job: Job) -> str | None:
        """Tell why outputs are not, or no longer, the result of Snakemake's own run.

        Returns
        -------
        str or None
            None if Snakemake itself made the outputs and neither they nor the inputs have
            changed; "" if it did not make them; else a sentence.
        """
        for path in job.outputs:
            record = self._graph.read_record(path)
            if not is_own_record(record):
                return ""
            if not self._journal.is_result(path, record.endtime, self._md5(path)):
                return f"{path} has changed since it was made"
            reason = self._find_changed_input(job, path, record)
            if reason:
                return reason
        return None

    def _find_changed_input(self, job: Job, path: str, record) -> str | None:
        # The digests were taken when the job had ended: a change while it ran is in them.
        recorded_at = self._graph.read_record_time(path)
        for source in job.inputs:
            digest = self._digests.get(source)
            if digest is None:
                return f"{source} is missing"
            stat = Path(source).stat()
            times = (stat.st_mtime, stat.st_ctime)
            # What another job makes is made before; in a group of jobs, after both were started.
            is_source = source not in self._made
            if is_source and any(record.starttime < time <= recorded_at for time in times):
                self._journal.taint(path, record.endtime)
                return f"{source} changed while the job ran"
            known = (record.input_checksums or {}).get(source)
            # Without a digest (a large file, see --max-checksum-file-size) the times decide.
            unchanged = known == f"sha256:{digest.sha256}" if known else max(times) < recorded_at
            if not unchanged:
                return f"{source} has changed since the job ran"
        return None

    def _is_rule_unchanged(self, job: Job) -> bool:
        today = self._graph.describe(job)
        compared = ("params", "input", "shellcmd", "code", "software_stack_hash")
        for path in job.outputs:
            record = self._graph.read_record(path)
            then = {**dict(record.items()), "params": strip_sentences(record.params)}
            if any(then[name] != today[name] for name in compared):
                return False
        return True


def strip_sentences(params: Iterable[str] | None) -> list[str]:
    """Give a record's parameters without what the bridge has put among them."""
    return [value for value in params or () if not value.startswith(SENTENCE_MARK)]


def _read_md5(entry: dict[str, Any]) -> str | None:
    """Give the MD5 of a file in dvc.lock; None if it is of DVC 2's other kind."""
    return entry.get("md5") if entry.get("hash") == "md5" else None
