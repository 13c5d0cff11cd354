"""The commands of the bridge, each on a workflow read anew."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dvc_bridge import attach, dvc_internals, render
from dvc_bridge.commit import demote_records, record_finished
from dvc_bridge.errors import BridgeError
from dvc_bridge.files import sign_file
from dvc_bridge.graph import find_downstream
from dvc_bridge.locks import is_snakemake_locked
from dvc_bridge.snakemake_internals import Graph, find_snakefile, open_workflow
from dvc_bridge.state import ProjectState
from dvc_bridge.sync import Sync, hold_bridge_lock
from dvc_bridge.watch import ReadWatcher


@dataclass
class _Project:
    """A workflow that was read, and what the bridge needs of it."""

    snakefile: str
    workflow: Any
    graph: Graph
    options: render.Options
    watcher: ReadWatcher


def run(options: argparse.Namespace) -> int:
    """Run the command that `options` names; see `dvc_bridge.__main__`."""
    with _open_project(options.snakefile or find_snakefile()) as project:
        if options.command == "render":
            return _render(project, options.check)
        if options.command == "status":
            return _print_status(project)
        if is_snakemake_locked():
            raise BridgeError("another Snakemake is at work here")
        with hold_bridge_lock():
            if options.command == "sync":
                return _sync(project)
            return _commit(project, options.touched_since)


@contextmanager
def _open_project(snakefile: Path) -> Iterator[_Project]:
    watcher = ReadWatcher()
    with open_workflow(snakefile) as workflow:
        if not attach.registered.pop("enabled", False):
            raise BridgeError(f"{snakefile}: does not call attach_bridge, or with enabled=False")
        options = render.Options(**attach.registered)
        graph = Graph(workflow)
        render.check_settings_values(graph.jobs)
        yield _Project(str(snakefile), workflow, graph, options, watcher)


def _render(project: _Project, check: bool) -> int:
    if not check:
        render.update_pipeline(project.graph.jobs, project.options)
        return 0
    text = render.render(project.graph.jobs, project.options)
    render.verify(text, project.graph.jobs, project.options)
    if not render.PIPELINE.exists() or render.PIPELINE.read_text() != text:
        print("dvc.yaml is out of date: run `python -m dvc_bridge render`", file=sys.stderr)
        return 1
    return 0


def _sync(project: _Project) -> int:
    render.update_pipeline(project.graph.jobs, project.options)
    state = ProjectState.load()
    sync = Sync(project.graph, project.options, state)
    sync.write_records()
    _remember(project, sync, state)
    return 0


def _commit(project: _Project, touched_since: float | None) -> int:
    render.update_pipeline(project.graph.jobs, project.options)
    if touched_since is not None:
        demote_records(project.graph, touched_since)
    state = ProjectState.load()
    sync = Sync(project.graph, project.options, state)
    sync.write_records()
    sync.is_cached = dvc_internals.open_cache()
    if sync.lock.damage:
        print(f"dvc.lock is damaged and is written anew: {sync.lock.damage}")
    try:
        if sync.find_unrecorded():
            recorded = record_finished(sync, Graph(project.workflow))
            print(f"DVC: recorded {len(recorded)} of {len(sync.verdicts)} stages")
            sync.reread()
    finally:
        _remember(project, sync, state)
    return 0


def _remember(project: _Project, sync: Sync, state: ProjectState) -> None:
    """Keep what the next start needs to see that nothing has changed."""
    # Snakemake lists the folders of outputs, whose contents are signed file by file.
    results = {str(p) for job in project.graph.jobs for o in job.outputs for p in Path(o).parents}
    reads = {path: sign for path, sign in project.watcher.stop().items() if path not in results}
    files = {
        **reads,
        **sync.digests.signatures,
        str(render.PIPELINE): sign_file(render.PIPELINE),
        str(dvc_internals.LOCK): sync.lock_signature,
    }
    files |= {path: sign_file(path) for job in project.graph.jobs for path in job.settings}
    state.has_unrecorded = bool(sync.find_unrecorded())
    state.watch(project.snakefile, files)
    state.save()
    sync.digests.save()


def _print_status(project: _Project) -> int:
    """Print the stages that differ from dvc.lock, and those downstream of them."""
    sync = Sync(project.graph, project.options, ProjectState.load())
    reasons = sync.find_differences()
    for job in sorted(find_downstream(project.graph.jobs, reasons), key=lambda job: str(job)):
        print(f"{sync.stage_names[job]}: {reasons.get(job, 'downstream of a changed stage')}")
    return 0
