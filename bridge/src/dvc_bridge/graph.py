"""The jobs of a workflow as plain data, and the constructs that the bridge refuses."""

import posixpath
import re
import string
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from dvc_bridge.errors import BridgeError

# A job's command must be the same whoever starts it and whatever the machine.
_FORBIDDEN_FIELDS = {
    "threads": "DVC knows no threads; let the program read them from its settings",
    "resources": "DVC knows no resources; let the program read them from its settings",
    "config": "a value in the command would be the old one under `dvc repro` after an edit",
    "params.settings": "pass the name of the key instead, for the same reason as {config}",
}
_FORBIDDEN_OUTPUTS = {
    "directory": "list the files of the folder instead",
    "pipe": "DVC starts one job after another",
    "service": "DVC starts one job after another",
    "touch": "let the command make the file, DVC does not",
}


# Several spaces, apart from what is quoted.
_SPACES = re.compile(r"""(?P<kept>'[^']*'|"(?:\\.|[^"\\])*"|\\.)| {2,}""")


@dataclass(frozen=True)
class Job:
    """One job of the workflow.

    Attributes
    ----------
    rule
        Name of the rule.
    wildcards
        Value of each wildcard, in the rule's order.
    inputs
        Paths, in the rule's order, without repetition.
    input_names
        The name under which the rule has each input, "" if it has none.
    outputs
        Paths, in the rule's order.
    command
        The shell command, formatted.
    settings
        The parameters that the job depends on: {file: {dotted key: value}}.
    """

    rule: str
    wildcards: dict[str, str]
    inputs: tuple[str, ...]
    input_names: tuple[str, ...]
    outputs: tuple[str, ...]
    command: str
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def dvc_command(self) -> str:
        """The command as DVC is given it.

        An input without files leaves two spaces in a command. Where DVC breaks a long line of its
        lock it loses one, and then holds the command to be another one. To the shell it is the
        same; what is quoted, and what has several lines, which are kept as they are, stays.
        """
        if "\n" in self.command:
            return self.command
        return _SPACES.sub(lambda match: match["kept"] or " ", self.command)

    @property
    def key(self) -> str:
        """The values of the wildcards as DVC allows them in a name."""
        return re.sub(r"[^A-Za-z0-9_-]", "-", "-".join(self.wildcards.values()))

    def __str__(self) -> str:
        """Name the job in a message."""
        values = ", ".join(f"{name}={value}" for name, value in self.wildcards.items())
        return f"{self.rule} ({values})" if values else self.rule

    def __hash__(self) -> int:
        """Tell jobs apart by what they make, which no two jobs share."""
        return hash(self.outputs)


def check_command(rule: str, template: str | None) -> None:
    """Refuse a rule whose command would differ between the two engines.

    Parameters
    ----------
    rule
        Name of the rule.
    template
        Its `shell:`, not formatted; None if it has none.

    Raises
    ------
    BridgeError
        If there is no command, or if it holds a value that depends on who runs it.
    """
    if template is None:
        raise BridgeError(f"rule {rule}: only rules with `shell:` can be DVC stages")
    fields = {name for _, name, _, _ in string.Formatter().parse(template) if name}
    for used in sorted(fields):
        for forbidden, reason in _FORBIDDEN_FIELDS.items():
            if re.match(rf"{re.escape(forbidden)}(?![\w])", used):
                raise BridgeError(f"rule {rule}: {{{used}}} in the command: {reason}")


def check_output_flags(rule: str, path: str, flags: Iterable[str]) -> None:
    """Refuse an output of a kind that DVC does not know.

    Raises
    ------
    BridgeError
        If a flag is one of directory, pipe, service, touch.
    """
    for flag in flags:
        if flag in _FORBIDDEN_OUTPUTS:
            raise BridgeError(f"rule {rule}: {flag}() output {path}: {_FORBIDDEN_OUTPUTS[flag]}")


def check_path(rule: str, path: str) -> None:
    """Refuse a path that is not a plain one within the project.

    Raises
    ------
    BridgeError
        If the path is absolute, leaves the project, or is not in its shortest form.
    """
    if posixpath.isabs(path) or path.startswith("../"):
        raise BridgeError(f"rule {rule}: {path}: write paths relative to the project, within it")
    if posixpath.normpath(path) != path:
        raise BridgeError(f"rule {rule}: {path}: write {posixpath.normpath(path)}")


def check_settings(rule: str, settings: Any) -> None:
    """Refuse a `settings` parameter that is not {file: {dotted key: value}}.

    Raises
    ------
    BridgeError
        If the form is another one.
    """
    well_formed = isinstance(settings, dict) and all(
        isinstance(file, str) and isinstance(keys, dict) and all(isinstance(k, str) for k in keys)
        for file, keys in settings.items()
    )
    if not well_formed:
        raise BridgeError(
            f"rule {rule}: params.settings is {settings!r:.80}, allowed: {{file: {{key: value}}}}"
        )
    for file in settings:
        check_path(rule, file)


def check_names(jobs: Iterable[Job]) -> None:
    """Refuse two jobs that would have the same name in dvc.yaml.

    Raises
    ------
    BridgeError
        If the wildcards of two jobs of a rule become the same key.
    """
    seen: dict[tuple[str, str], Job] = {}
    for job in jobs:
        other = seen.setdefault((job.rule, job.key), job)
        if other is not job:
            raise BridgeError(
                f"{other} and {job} would both be {job.rule}@{job.key} in dvc.yaml; "
                "rename one of the wildcard values (only letters, digits, _ and - count)"
            )


def find_downstream(jobs: Iterable[Job], start: Iterable[Job]) -> set[Job]:
    """Give the jobs that use, directly or not, what other jobs make; those included.

    Parameters
    ----------
    jobs
        All jobs.
    start
        Where to begin.

    Returns
    -------
    set of Job
        `start` and everything downstream of it.
    """
    users: dict[str, list[Job]] = {}
    for job in jobs:
        for path in job.inputs:
            users.setdefault(path, []).append(job)
    found: set[Job] = set()
    waiting = list(start)
    while waiting:
        job = waiting.pop()
        if job not in found:
            found.add(job)
            waiting.extend(user for path in job.outputs for user in users.get(path, ()))
    return found
