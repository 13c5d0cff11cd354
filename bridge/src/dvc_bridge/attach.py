"""Ties the bridge to a run of Snakemake: sync when it starts, commit when it ends.

This module is loaded at every start of Snakemake, so it imports nothing heavy.
"""

import atexit
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from dvc_bridge.locks import (
    enter_project,
    is_snakemake_locked,
    register_run,
    unregister_run,
)
from dvc_bridge.state import ProjectState

# Set in the bridge's own processes, in which the Snakefile is read once more.
RUNNING_VARIABLE = "IN_BRIDGE"

# Exit codes of the bridge's processes.
REFUSED, UNREADABLE = 3, 4

# With these Snakemake does not look at the files.
_UNCONCERNED = {
    "--lint",
    "--list",
    "--list-rules",
    "--list-target-rules",
    "--print-compilation",
    "--unlock",
    "-l",
}

# What the Snakefile has told `attach_bridge`, for the process that reads it for the bridge.
registered: dict[str, Any] = {}


@dataclass
class _Run:
    """What is known of a run of Snakemake; it has begun when its first job is about to run."""

    workflow: Any
    snakefile: str
    started: float
    has_begun: bool = False


def attach_bridge(
    workflow,
    *,
    metrics: Sequence[str] = (),
    plots: Mapping[str, Mapping[str, Any]] | None = None,
    in_git: Sequence[str] = (),
    enabled: bool = True,
) -> None:
    """Keep this workflow and its DVC pipeline in step.

    To be called near the top of the Snakefile. When Snakemake starts, dvc.yaml is rendered anew
    if it is out of date, and Snakemake is told what dvc.lock knows. When it ends, finished jobs
    are recorded in DVC. Patterns are those of a .gitignore.

    Parameters
    ----------
    workflow
        The variable `workflow` that each Snakefile has.
    metrics
        Patterns of outputs that are DVC metrics, kept in git.
    plots
        Pattern of outputs that are DVC plots: properties of the plot (x, y, template, title, …).
    in_git
        Patterns of other outputs that are kept in git and not in DVC's cache.
    enabled
        False leaves DVC alone, for runs whose outputs go elsewhere.

    Raises
    ------
    snakemake.exceptions.WorkflowError
        If the workflow holds something that cannot be a DVC stage; the message says what.
    """
    if os.environ.get(RUNNING_VARIABLE):
        options = {"metrics": tuple(metrics), "plots": dict(plots or {}), "in_git": tuple(in_git)}
        registered.update(options, enabled=enabled)
        return
    if not workflow.is_main_process or _UNCONCERNED & set(sys.argv):
        return
    if enter_project():
        _warn("a Snakemake was killed here; its lock on the project is taken away")
    from dvc_bridge.snakemake_internals import call_at_start, wait_without_polling

    call_at_start(workflow, lambda: wait_without_polling(workflow.scheduler))
    if not enabled:
        return
    snakefile = os.path.relpath(workflow.main_snakefile)
    run = _Run(workflow, snakefile, time.time())
    # After Snakemake's own end, when its lock on the project is released; `onsuccess:` would
    # be too early for that, and is not called when there was nothing to do.
    atexit.register(_finish, run)
    call_at_start(workflow, partial(_begin, run))
    if _find_obstacle() is None and not ProjectState.load().holds(snakefile):
        _sync(snakefile)


def _find_obstacle() -> str | None:
    """Say why nothing can be recorded in DVC here, if so."""
    if not Path(".dvc").is_dir():
        return "there is no DVC repository here (`dvc init` makes one)"
    if is_snakemake_locked():
        return "another Snakemake is at work here"
    return None


def _sync(snakefile: str) -> None:
    from snakemake.exceptions import WorkflowError

    result = _run_bridge("sync", snakefile)
    message = _read_message(result)
    if result.returncode == UNREADABLE:
        # Most often this Snakemake is about to say the same; if it is not, its options differ.
        _warn(f"DVC and Snakemake not compared: {message}")
    elif result.returncode:
        raise WorkflowError(f"dvc-bridge: {message}")


def _begin(run: _Run) -> None:
    """Refuse a run that DVC cannot follow; keep DVC from making the same files meanwhile."""
    from snakemake.exceptions import WorkflowError

    from dvc_bridge.snakemake_internals import find_temporary_output, keep_start_times

    run.has_begun = True
    keep_start_times(run.workflow.persistence)
    if not Path(".dvc").is_dir():
        return
    if output := find_temporary_output(run.workflow):
        raise WorkflowError(f"dvc-bridge: {output}: DVC would miss it; run with --notemp")
    if command := register_run():
        raise WorkflowError(f"dvc-bridge: DVC is at work here; wait until it has ended: {command}")


def _finish(run: _Run) -> None:
    """Record in DVC what was made. Whatever happens here, the run stands."""
    from dvc_bridge.snakemake_internals import find_run_kind

    kind = find_run_kind(run.workflow)
    if kind not in ("run", "touch"):
        return
    if run.has_begun and Path(".dvc").is_dir():
        unregister_run()
    obstacle = _find_obstacle()
    if obstacle is not None:
        if run.has_begun:
            _warn(f"not recorded in DVC: {obstacle}")
        return
    state = ProjectState.load()
    if not state.has_unrecorded and state.holds(run.snakefile):
        return
    touched = ["--touched-since", repr(run.started)] if kind == "touch" else []
    result = _run_bridge("commit", run.snakefile, *touched)
    if result.returncode:
        _warn(f"not recorded in DVC: {_read_message(result)}")
    elif result.stdout:
        print(result.stdout, end="", file=sys.stderr)


def _run_bridge(command: str, snakefile: str, *options: str) -> subprocess.CompletedProcess:
    """Run the bridge in a process of its own, so that two graphs do not share their state."""
    return subprocess.run(
        [sys.executable, "-m", "dvc_bridge", command, "--snakefile", snakefile, *options],
        env={**os.environ, RUNNING_VARIABLE: "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _read_message(result: subprocess.CompletedProcess) -> str:
    lines = result.stderr.strip().splitlines()
    return lines[-1] if lines else f"the bridge ended with status {result.returncode}"


def _warn(message: str) -> None:
    print(f"Warning: {message}", file=sys.stderr)
