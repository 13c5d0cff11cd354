"""What every program has in common: arguments, log, record of resources, one-line errors."""

import argparse
import fcntl
import inspect
import os
import platform
import resource
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TextIO, get_args, get_origin

from threadpoolctl import threadpool_limits

from redigit.errors import InputError
from redigit.files import write_json

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
RECORDED_PACKAGES = ("redigit", "keras", "numpy", "optuna", "pandas", "scikit-learn", "scipy")


def run_program(function: Callable[..., None]) -> None:
    """Run a function as a command-line program.

    Parameters of type `str` become positional arguments, `Path` becomes ``--name PATH``,
    ``list[Path]`` becomes ``--name PATH ...``. Every program also takes ``--log PATH``: what it
    prints goes to the terminal and to that file, and its use of time and memory goes beside it,
    under the same name with the ending ``.json``. No job depends on either.

    Parameters
    ----------
    function : callable
        The program; the first line of its docstring is its help.
    """
    limit_threads()
    arguments = vars(parse_arguments(function))
    log: Path = arguments.pop("log")
    started = time.perf_counter()
    failure = None
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        stream = log.open("a", buffering=1)
        wait_for_twin(stream)
        stream.truncate(0)
        # A job that fails leaves no record, not that of an earlier run.
        log.with_suffix(".json").unlink(missing_ok=True)
    except OSError as error:
        sys.exit(f"error: {log}: cannot be written to ({error.strerror})")
    with stream:
        sys.stdout, sys.stderr = Tee(sys.__stdout__, stream), Tee(sys.__stderr__, stream)
        try:
            function(**arguments)
        except InputError as error:
            failure = f"error: {error}"
            print(failure, file=sys.stderr)
        except Exception:
            failure = traceback.format_exc()
            print(failure, file=sys.stderr)
        finally:
            sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    if failure:
        sys.exit(1)
    write_json(log.with_suffix(".json"), measure_resources(started))


def wait_for_twin(log: TextIO) -> None:
    """Wait until no other process is at work on the same job, which is known by its log.

    The program of an engine that was killed goes on. Were it to end after this one, its outputs,
    made with the parameters of then, would replace this one's.

    Parameters
    ----------
    log : file
        The open log; it stays locked until the process ends, however it ends.
    """
    try:
        fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"{log.name}: waiting for another process that is at work on this", file=sys.stderr)
        fcntl.flock(log, fcntl.LOCK_EX)
    except OSError:
        # A file system without such locks.
        pass


def limit_threads() -> None:
    """Limit the numerical libraries to one thread, those loaded already and those to come.

    Jobs run side by side, and some results depend on the number of threads: with one, they are
    the same whatever the number of cores, and whichever engine calls the program.
    """
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    threadpool_limits(1)


def parse_arguments(function: Callable[..., None]) -> argparse.Namespace:
    """Read the command line according to a function's parameters and their types."""
    summary = inspect.getdoc(function).splitlines()[0]
    parser = argparse.ArgumentParser(description=summary)
    for name, parameter in inspect.signature(function, eval_str=True).parameters.items():
        option = f"--{name.replace('_', '-')}"
        if parameter.annotation is str:
            parser.add_argument(name)
        elif get_origin(parameter.annotation) is list:
            (kind,) = get_args(parameter.annotation)
            parser.add_argument(option, nargs="*", type=kind, required=True)
        else:
            parser.add_argument(option, type=parameter.annotation, required=True)
    parser.add_argument("--log", type=Path, required=True)
    return parser.parse_args()


def measure_resources(started: float) -> dict:
    """Wall time, processor time and peak memory of this process, and where it ran.

    Parameters
    ----------
    started : float
        `time.perf_counter` at the start, in seconds.
    """
    usage = resource.getrusage(resource.RUSAGE_SELF)
    kibibytes = usage.ru_maxrss / 1024 if sys.platform == "darwin" else usage.ru_maxrss
    return {
        "wall_s": round(time.perf_counter() - started, 3),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 3),
        "peak_mib": round(kibibytes / 1024, 1),
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in RECORDED_PACKAGES},
    }


class Tee:
    """A stream that writes to a terminal and to a log."""

    def __init__(self, terminal: TextIO, log: TextIO) -> None:
        self.terminal, self.log = terminal, log

    def write(self, text: str) -> int:
        """Write to both."""
        self.terminal.write(text)
        return self.log.write(text)

    def flush(self) -> None:
        """Flush both."""
        self.terminal.flush()
        self.log.flush()

    def close(self) -> None:
        """Leave both open: libraries close the stream that they log to when the program ends."""

    def __getattr__(self, name: str) -> object:
        return getattr(self.terminal, name)
