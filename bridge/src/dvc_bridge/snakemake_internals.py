"""Every call into Snakemake that is not part of its documented interface.

Written for snakemake 9.27.1 exactly; `tests/test_internals.py` notices a change.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from snakemake.api import SnakemakeApi, resolve_snakefile
from snakemake.exceptions import ApiError, WorkflowError
from snakemake.io import is_flagged
from snakemake.persistence import RECORD_FORMAT_VERSION, MetadataRecord
from snakemake.settings.types import (
    ConfigSettings,
    DAGSettings,
    OutputSettings,
    Quietness,
    ResourceSettings,
)

from dvc_bridge import graph
from dvc_bridge.errors import BridgeError
from dvc_bridge.graph import Job

# No input is too large for its content to decide.
_NO_LIMIT_BYTES = 10**15
_FLAGS = ("directory", "pipe", "service", "touch")


class UnreadableWorkflowError(Exception):
    """Snakemake itself cannot build the graph: its own message says why."""


class Graph:
    """The graph of the default target, as Snakemake sees it, with its records.

    Parameters
    ----------
    workflow
        A parsed Snakemake workflow whose settings for the graph are set.
    """

    def __init__(self, workflow):
        try:
            workflow._prepare_dag(forceall=False, ignore_incomplete=True, lock_warn_only=True)
            workflow._build_dag()
        except WorkflowError as error:
            raise UnreadableWorkflowError(" ".join(str(error).split())) from error
        self._dag = workflow.dag
        self._persistence = workflow.persistence
        # Jobs without output, such as `rule all`, only collect others.
        self._handles = {_read_job(job): job for job in self._dag.jobs if job.output}
        self._order = {rule.name: number for number, rule in enumerate(workflow.rules)}
        graph.check_names(self.jobs)

    @property
    def jobs(self) -> list[Job]:
        """All jobs that make something, in the order of the rules, then by wildcards."""
        return sorted(self._handles, key=lambda job: (self._order[job.rule], job.key))

    def needs_run(self, job: Job) -> bool:
        """Tell whether Snakemake would run the job."""
        return self._dag.needrun(self._handles[job])

    def is_incomplete(self, job: Job) -> bool:
        """Tell whether the job was started and never finished."""
        return bool(self._persistence._filter_incomplete_keys(job.outputs))

    def clear_incomplete(self, job: Job) -> None:
        """Forget that the job was started and never finished."""
        for path in job.outputs:
            self._persistence._unmark_incomplete(path)

    def read_record(self, path: str) -> MetadataRecord | None:
        """Read Snakemake's record of how a file was made."""
        return self._persistence._read_record(path)

    def read_record_time(self, path: str) -> float:
        """Tell when the record of a file was written, in seconds since the epoch."""
        return Path(self._record_path(path)).stat().st_mtime

    def write_record(self, path: str, record: MetadataRecord, keep_time: bool = False) -> None:
        """Replace the record of a file.

        Parameters
        ----------
        path
            The output.
        record
            What to say of it.
        keep_time
            Leave the record's own time as it was: it says when the job ended.
        """
        old = self.read_record_time(path) if keep_time else None
        self._persistence._write_record(path, record)
        if old is not None:
            os.utime(self._record_path(path), (old, old))
        self._persistence._clear_cache()

    def describe(self, job: Job) -> dict[str, Any]:
        """Give what Snakemake would record of the job if it ended now, but for times and digests.

        Returns
        -------
        dict
            The fields rule, input, log, params, shellcmd, code, software_stack_hash.
        """
        handle = self._handles[job]
        return {
            "rule": job.rule,
            "input": list(map(str, self._persistence._input(handle))),
            "log": list(map(str, self._persistence._log(handle))),
            "params": self._persistence._params(handle),
            "shellcmd": job.command,
            "code": self._persistence._code(handle.rule),
            "software_stack_hash": self._persistence._software_stack_hash(handle),
        }

    def _record_path(self, path: str) -> str:
        return self._persistence._record_path(self._persistence._metadata_path, path)


def make_record(**fields: Any) -> MetadataRecord:
    """Make a record in Snakemake's current format, without a job's hash.

    A record of a real run has a hash, so the missing hash tells the two apart.
    """
    return MetadataRecord(
        record_format_version=RECORD_FORMAT_VERSION, incomplete=False, job_hash=None, **fields
    )


def is_own_record(record: MetadataRecord | None) -> bool:
    """Tell whether Snakemake wrote a record itself, in the format that it reads today."""
    return (
        record is not None
        and record.job_hash is not None
        and record.record_format_version == RECORD_FORMAT_VERSION
    )


@contextmanager
def open_workflow(snakefile: Path) -> Iterator[Any]:
    """Parse a Snakefile without running anything.

    Parameters
    ----------
    snakefile
        The main Snakefile; the current folder is the project.

    Yields
    ------
    snakemake.workflow.Workflow
        For `Graph`.

    Raises
    ------
    UnreadableWorkflowError
        If Snakemake refuses the workflow.
    """
    output = OutputSettings(quiet={Quietness.ALL}, enable_file_logging=False)
    with SnakemakeApi(output) as api:
        parsed = api.workflow(
            resource_settings=ResourceSettings(cores=1),
            config_settings=ConfigSettings(),
            snakefile=snakefile,
        )
        try:
            parsed.dag(DAGSettings(max_checksum_file_size=_NO_LIMIT_BYTES))
        except Exception as error:
            # Any statement of the Snakefile may have failed.
            raise UnreadableWorkflowError(" ".join(str(error).split())) from error
        yield parsed._workflow


def find_snakefile() -> Path:
    """Find the Snakefile of the current folder as Snakemake does."""
    try:
        return resolve_snakefile(None)
    except ApiError as error:
        raise UnreadableWorkflowError(str(error)) from error


def call_at_start(workflow, function: Callable[[], None]) -> None:
    """Call a function when Snakemake is about to run its first job; not in a dry run.

    Parameters
    ----------
    workflow
        The workflow, while its Snakefile is read.
    function
        Without arguments; what the Snakefile has under `onstart:` is called after it.
    """
    register = workflow.onstart

    def chain(theirs: Callable[[Any], None]) -> None:
        register(lambda log: (function(), theirs(log)))

    workflow.onstart = chain
    chain(lambda log: None)


def keep_start_times(persistence) -> None:
    """Let the records that this process will write have the times at which it started the jobs.

    A job of a cluster is started and ended once more by a Snakemake on its node, which takes away
    the mark that says when. The record would have the start of an earlier run instead, as if inputs
    changed since had changed while the job ran; or, without one, the job's end, so that inputs
    which did change meanwhile would go unseen.

    Parameters
    ----------
    persistence
        Where Snakemake keeps its records.
    """
    times: dict[str, float | None] = {}
    started, read = persistence.started, persistence._get_recorded_starttime

    def note_start(job, external_jobid=None) -> None:
        started(job, external_jobid)
        times.update({key: read(key) for key in map(str, job.output)})

    persistence.started = note_start
    persistence._get_recorded_starttime = lambda key: times.get(key) or read(key)


def wait_without_polling(scheduler) -> None:
    """Let the scheduler look for jobs again when one ends, not each second as well.

    After each look it sets a timer for the next, in case it may start no more jobs this second
    (``--max-jobs-per-timespan``); each job that ends starts another such chain, and none ends
    before the run. With hundreds of jobs that takes a core: each look asks for the size of all
    inputs of all jobs that wait (snakemake/snakemake, issue 3955).

    Parameters
    ----------
    scheduler
        Snakemake's, before its first look.
    """
    limiter, set_timer = scheduler.job_rate_limiter, scheduler._schedule_reevalutation
    waits_for_queue = scheduler.workflow.dag.has_unfinished_queue_input_jobs

    def set_timer_if_needed(delay: int) -> None:
        is_limited = limiter is not None and limiter.get_free_jobs() == 0
        if is_limited or waits_for_queue():
            set_timer(delay)

    scheduler._schedule_reevalutation = set_timer_if_needed


def find_temporary_output(workflow) -> str | None:
    """Name a rule and its temp() output that Snakemake will remove after use, if there is one."""
    if workflow.storage_settings.notemp:
        return None
    for job in workflow.dag.jobs:
        for file in job.output:
            if is_flagged(file, "temp"):
                return f"rule {job.rule.name}: temp() output {file}"
    return None


def find_run_kind(workflow) -> str:
    """Tell what the Snakemake of this process has done with its workflow.

    Returns
    -------
    str
        "none" (no jobs were to be run: --lint, --dag …), "dryrun", "touch" or "run".
    """
    if workflow.execution_settings is None or workflow.executor_plugin is None:
        return "none"
    if workflow.dryrun:
        return "dryrun"
    return "touch" if workflow.touch else "run"


def _read_job(handle) -> Job:
    """Turn one of Snakemake's jobs into plain data, or refuse it."""
    rule = handle.rule.name
    if handle.is_checkpoint:
        raise BridgeError(f"rule {rule}: a checkpoint: DVC's graph is fixed before the first job")
    graph.check_command(rule, handle.rule.shellcmd)
    for file in [*handle.input, *handle.output]:
        if file.is_storage:
            raise BridgeError(f"rule {rule}: {file}: remote files cannot be DVC stages' files")
        graph.check_path(rule, str(file))
    for file in handle.output:
        graph.check_output_flags(rule, str(file), [f for f in _FLAGS if is_flagged(file, f)])
    settings = dict(handle.params.items()).get("settings", {})
    graph.check_settings(rule, settings)
    names = _name_inputs(handle)
    # Snakemake's order depends on which output was asked for; the pattern's does not.
    pattern = str(handle.rule.output[0])
    wildcards = sorted(handle.wildcards_dict.items(), key=lambda item: pattern.find("{" + item[0]))
    return Job(
        rule=rule,
        wildcards={name: str(value) for name, value in wildcards},
        inputs=tuple(names),
        input_names=tuple(names.values()),
        outputs=tuple(map(str, handle.output)),
        command=handle.shellcmd,
        settings=settings,
    )


def _name_inputs(handle) -> dict[str, str]:
    """Give each input with the name under which the rule has it."""
    names = dict.fromkeys(map(str, handle.input), "")
    for name, value in handle.input.items():
        paths = [value] if isinstance(value, str) else value
        names.update({str(path): name for path in paths if not names[str(path)]})
    return names
