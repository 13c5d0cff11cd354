"""The command line: `python -m dvc_bridge render | sync | commit | status`."""

import argparse
import os
import sys
from pathlib import Path

from dvc_bridge import attach


def main(arguments: list[str] | None = None) -> int:
    """Run one of the bridge's commands in the current folder, which is the project.

    Returns
    -------
    int
        Exit status: 0 done, 1 dvc.yaml is out of date (`render --check`), 3 the workflow is
        refused, 4 Snakemake cannot read the workflow.
    """
    os.environ[attach.RUNNING_VARIABLE] = "1"
    # Only now: the commands load both engines.
    from dvc_bridge import commands
    from dvc_bridge.errors import BridgeError
    from dvc_bridge.snakemake_internals import UnreadableWorkflowError

    options = _make_parser().parse_args(arguments)
    try:
        return commands.run(options)
    except BridgeError as error:
        print(error, file=sys.stderr)
        return attach.REFUSED
    except UnreadableWorkflowError as error:
        print(error, file=sys.stderr)
        return attach.UNREADABLE


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m dvc_bridge", description="Keeps a Snakemake workflow and DVC in step."
    )
    parser.add_argument("command", choices=["render", "sync", "commit", "status"])
    parser.add_argument("--snakefile", type=Path, help="default: as Snakemake finds it")
    parser.add_argument(
        "--check", action="store_true", help="render: write nothing, fail if dvc.yaml is old"
    )
    parser.add_argument(
        "--touched-since",
        type=float,
        metavar="SECONDS",
        help="commit: records newer than this were written by `snakemake --touch`",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
