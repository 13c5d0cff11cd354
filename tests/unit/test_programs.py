"""The contract between rules, programs and library: names, options, imports, sizes."""

import ast
import inspect
import json
import re
import subprocess
import sys
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from textwrap import dedent

import pytest

from dvc_bridge import import_closure

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "workflow/scripts"
PROGRAMS = sorted(path.stem for path in SCRIPTS.glob("*.py"))
MODULES = sorted((SCRIPTS / "redigit").rglob("*.py"))
SOURCES = sorted(SCRIPTS.rglob("*.py")) + sorted((ROOT / "bridge/src").rglob("*.py"))
BACKENDS = {"tensorflow", "jax", "torch"}
# These import Keras, inside a function, once its backend is chosen.
TRAINERS = {"search_networks", "train_network"}
# What those import once they train.
WHEN_TRAINING = ["redigit.network"]

# Imports programs as Python does when they are run by their path, each in a process of its own, and
# all that those that train import later on. What many need, and none may not, is imported before.
LIST_MODULES = """
import json, os, runpy, sys
from importlib import import_module
from pathlib import Path
import matplotlib.figure, pandas, scipy.stats, sklearn.ensemble, sklearn.linear_model

def list_modules(program, later):
    sys.path[0] = str(Path(program).parent)
    runpy.run_path(program, run_name="imported")
    for name in later:
        import_module(name)
    files = [getattr(module, "__file__", None) for module in sys.modules.values()]
    return [sorted(sys.modules), [file for file in files if file]]

for program, later in json.loads(sys.argv[1]):
    sys.stdout.flush()
    child = os.fork()
    if not child:
        print("modules", json.dumps([program, list_modules(program, later)]), flush=True)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        sys.exit(program)
"""

LOOP = re.compile(r"^    rule:\n(?: {8}.*\n|\n)+", re.MULTILINE)


def read_rules() -> dict[str, str]:
    """The text of each rule by its name, of the Snakefile and all rule files."""
    rules = {}
    for path in [ROOT / "Snakefile", *sorted((ROOT / "workflow/rules").rglob("*.smk"))]:
        # A rule of each study is in a loop, and has the name of the study behind its own.
        text = LOOP.sub(lambda match: dedent(match[0]), path.read_text())
        text = re.sub(r'^rule:\n +name:\n +f"(\w+)_\{study\}"$', r"rule \1:", text, flags=re.M)
        parts = re.split(r"^(?:rule|checkpoint) (\w+):$", text, flags=re.MULTILINE)
        for name, text in zip(parts[1::2], parts[2::2], strict=True):
            # A rule ends where the text is no longer indented.
            rules[name] = re.split(r"^(?=\S)", text.lstrip("\n"), flags=re.MULTILINE)[0]
    return rules


RULES = {name: text for name, text in read_rules().items() if name != "all"}


def join_command(text: str) -> str:
    """The shell command of a rule, of which each line is a string."""
    return "".join(re.findall(r'^ {8}"(.*)",?$', text.rpartition("shell:\n")[2], re.MULTILINE))


@cache
def list_all_modules() -> dict[str, tuple[set[str], set[str]]]:
    """For each program the modules that it imports, and which files of these are the project's."""
    asked = [
        (f"workflow/scripts/{program}.py", WHEN_TRAINING if program in TRAINERS else [])
        for program in PROGRAMS
    ]
    command = [sys.executable, "-c", LIST_MODULES, json.dumps(asked)]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    found = {}
    for line in result.stdout.splitlines():
        if line.startswith("modules "):
            program, (names, files) = json.loads(line.removeprefix("modules "))
            paths = [Path(file).resolve() for file in files]
            found[Path(program).stem] = (
                set(names),
                {
                    path.relative_to(ROOT).as_posix()
                    for path in paths
                    if path.is_relative_to(SCRIPTS)
                },
            )
    return found


def test_every_rule_has_a_program_of_its_name_and_every_program_a_rule():
    assert sorted(RULES) == PROGRAMS


@pytest.mark.parametrize("rule", RULES)
def test_rule_runs_its_program_and_names_its_files_after_it(rule):
    text = RULES[rule]
    program = f"workflow/scripts/{rule}.py"
    assert join_command(text).startswith(f"python {program} ")
    assert f'program=import_closure("{program}"),' in text
    assert re.search(rf'log:\n +f?"(<logs>|logs)/{rule}[./]', text)
    assert "message:" in text


@pytest.mark.parametrize("rule", RULES)
def test_command_holds_nothing_that_changes_from_run_to_run(rule):
    used = set(re.findall(r"\{([\w.]+)", join_command(RULES[rule])))
    allowed = {"params.study", "log"}
    assert all(
        name in allowed or name.startswith(("input", "output", "wildcards")) for name in used
    )


@pytest.mark.parametrize("rule", RULES)
def test_command_gives_every_argument_of_the_program(rule):
    spec = spec_from_file_location(rule, SCRIPTS / f"{rule}.py")
    program = module_from_spec(spec)
    spec.loader.exec_module(program)
    (name,) = re.findall(r"^    run_program\((\w+)\)$", inspect.getsource(program), re.MULTILINE)
    function = vars(program)[name]
    parameters = inspect.signature(function).parameters.values()
    options = {parameter.name for parameter in parameters if parameter.annotation is not str}
    words = join_command(RULES[rule]).split()
    given = [word.removeprefix("--").replace("-", "_") for word in words if word.startswith("--")]
    assert sorted(given) == sorted({*options, "log"})
    positional = words[2 : next(i for i, word in enumerate(words) if word.startswith("--"))]
    assert len(positional) == len(parameters) - len(options)


@pytest.mark.xdist_group("modules")
@pytest.mark.parametrize("program", PROGRAMS)
def test_everything_imported_is_an_input_of_the_rule(program):
    _, files = list_all_modules()[program]
    assert f"workflow/scripts/{program}.py" not in files  # it is run, not imported
    assert files
    assert files <= set(import_closure(f"workflow/scripts/{program}.py", ROOT))


@pytest.mark.xdist_group("modules")
@pytest.mark.parametrize("program", sorted(set(PROGRAMS) - TRAINERS))
def test_only_training_imports_keras(program):
    names, _ = list_all_modules()[program]
    assert not names & {"keras", *BACKENDS}


def list_imports(path: Path) -> set[str]:
    """The packages that a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_only_the_backend_module_knows_backends(path):
    assert path.stem == "backend" or not list_imports(path) & BACKENDS


def test_backend_module_does_know_them():
    assert list_imports(SCRIPTS / "redigit/backend.py") >= BACKENDS


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_and_functions_are_short(path):
    text = path.read_text()
    assert len(text.splitlines()) < 500
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < 60, node.name
