"""A small workflow on which both engines are tried: chapters x models, pure Python, fast."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import yaml

from dvc_bridge.dvc_internals import resolve_pipeline

SNAKEFILE = '''
import yaml
from dvc_bridge import attach_bridge, import_closure

configfile: "params.yaml"

attach_bridge(
    workflow,
    metrics=["metrics/**"],
    plots={"models/**/history.csv": {"x": "epoch", "y": "loss", "template": "linear"}},
    in_git=["notes/**"],
)

CHAPTERS = {c: yaml.safe_load(open(f"chapters/{c}/params.yaml")) for c in config["chapters"]}
MODELS = [(c, m) for c, chapter in CHAPTERS.items() for m in chapter["models"]]


def settings(chapter, *keys):
    """Give the parameters of a job: those of its chapter, and the run-wide scale."""
    found = {}
    for key in keys:
        value = CHAPTERS[chapter]
        for name in key.split("."):
            value = value[name]
        found[key] = value
    return {f"chapters/{chapter}/params.yaml": found, "params.yaml": {"scale": config["scale"]}}


rule all:
    input:
        "reports/report.txt",
        "notes/chapters.txt",
        expand("data/{c}.csv", c=CHAPTERS),
        [f"models/{c}/{m}/{f}" for c, m in MODELS for f in ("weights.json", "history.csv")],
        [f"metrics/{c}/{m}.json" for c, m in MODELS],
        expand("reports/chapters/{c}.txt", c=CHAPTERS),


rule make_data:
    input:
        script="programs/make_data.py",
        modules=import_closure("programs/make_data.py"),
        source="source/{chapter}.txt",
    output:
        "data/{chapter}.csv",
    params:
        settings=lambda wc: settings(wc.chapter, "data"),
    shell:
        "python {input.script} {wildcards.chapter} {input.source} {output}"


rule train_model:
    input:
        script="programs/train_model.py",
        modules=import_closure("programs/train_model.py"),
        data="data/{chapter}.csv",
    output:
        weights="models/{chapter}/{model}/weights.json",
        history="models/{chapter}/{model}/history.csv",
    log:
        "logs/{chapter}/{model}.log",
    params:
        settings=lambda wc: settings(wc.chapter, f"models.{wc.model}"),
    resources:
        gpu=1,
    shell:
        "python {input.script} {wildcards.chapter} {wildcards.model} {input.data}"
        " {output.weights} {output.history}"


rule evaluate_model:
    input:
        script="programs/evaluate_model.py",
        modules=import_closure("programs/evaluate_model.py"),
        weights="models/{chapter}/{model}/weights.json",
        data="data/{chapter}.csv",
    output:
        "metrics/{chapter}/{model}.json",
    shell:
        "python {input.script} {input.weights} {input.data} {output}"


rule write_table:
    input:
        script="programs/write_table.py",
        modules=import_closure("programs/write_table.py"),
        template="programs/table.template",
        metrics=lambda wc: expand(
            "metrics/{c}/{m}.json", c=wc.chapter, m=CHAPTERS[wc.chapter]["models"]
        ),
    output:
        "reports/chapters/{chapter}.txt",
    shell:
        "python {input.script} {input.template} {output} {input.metrics}"


rule write_report:
    input:
        script="programs/write_report.py",
        modules=import_closure("programs/write_report.py"),
        tables=expand("reports/chapters/{c}.txt", c=CHAPTERS),
    output:
        "reports/report.txt",
    shell:
        "python {input.script} {output} {input.tables}"


rule write_notes:
    input:
        script="programs/write_report.py",
        modules=import_closure("programs/write_report.py"),
        sources=expand("source/{c}.txt", c=CHAPTERS),
    output:
        "notes/chapters.txt",
    shell:
        "python {input.script} {output} {input.sources}"
'''

PROGRAMS = {
    "toylib/__init__.py": "",
    "toylib/files.py": """
        import fcntl, os, sys, tempfile, time
        from pathlib import Path

        def write(path, text):
            path = Path(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".tmp")
            with os.fdopen(handle, "w") as file:
                for line in text.splitlines(keepends=True):
                    file.write(line)
            time.sleep(float(os.environ.get("TOY_SLEEP", "0")) / 2)
            Path(temporary).replace(path)

        def begin(*names):
            job = "-".join([Path(sys.argv[0]).stem, *names])
            # The job of a killed engine may still be at work.
            global lock
            Path("locks").mkdir(exist_ok=True)
            lock = open(f"locks/{job.replace('/', '-')}", "w")
            fcntl.flock(lock, fcntl.LOCK_EX)
            with open("ran.log", "a") as log:
                print(job, file=log)
            while os.path.exists("hold"):
                time.sleep(0.05)
            time.sleep(float(os.environ.get("TOY_SLEEP", "0")))
            if "-".join(names) in os.environ.get("TOY_FAIL", "nothing").split():
                sys.exit("told to fail")
        """,
    "toylib/scoring.py": """
        def score(rate, steps, total):
            return round(rate * steps * total, 6)
        """,
    "toylib/settings.py": """
        import yaml

        def read(chapter, *names):
            with open("params.yaml") as file:
                scale = yaml.safe_load(file)["scale"]
            with open(f"chapters/{chapter}/params.yaml") as file:
                values = yaml.safe_load(file)
            for name in names:
                values = values[name]
            return scale, values
        """,
    "make_data.py": """
        import sys
        from toylib import files, settings

        chapter, source, output = sys.argv[1:]
        files.begin(chapter)
        scale, data = settings.read(chapter, "data")
        text = open(source).read().strip()
        files.write(output, "".join(f"{n},{text}\\n" for n in range(data["n"] * scale)))
        """,
    "train_model.py": """
        import json, sys
        from toylib import files, settings
        from toylib.scoring import score

        chapter, model, data, weights, history = sys.argv[1:]
        files.begin(chapter, model)
        scale, row = settings.read(chapter, "models", model)
        total = len(open(data).read().splitlines()) * scale
        losses = [score(row["rate"], step + 1, total) for step in range(row["steps"])]
        lines = [f"{n},{loss}\\n" for n, loss in enumerate(losses)]
        files.write(history, "epoch,loss\\n" + "".join(lines))
        files.write(weights, json.dumps({"weights": losses, "model": model}))
        """,
    "evaluate_model.py": """
        import json, sys
        from toylib import files

        weights, data, output = sys.argv[1:]
        files.begin(output)
        # A coarse metric: small changes of the weights leave it as it is.
        value = round(sum(json.load(open(weights))["weights"]), -1)
        files.write(output, json.dumps({"score": value}))
        """,
    "write_table.py": """
        import json, sys
        from toylib import files

        template, output, *metrics = sys.argv[1:]
        files.begin(output)
        rows = [f"{path}: {json.load(open(path))['score']}" for path in metrics]
        files.write(output, open(template).read().replace("ROWS", "\\n".join(rows)))
        """,
    "write_report.py": """
        import sys
        from toylib import files

        output, *tables = sys.argv[1:]
        files.begin(output)
        files.write(output, "".join(open(table).read() for table in tables))
        """,
    "table.template": "Table\nROWS\n",
}

IGNORED = """
/.snakemake/
/data/
/models/
/reports/
/logs/
/ran.log
/locks/
/hold
__pycache__/
"""


def make_toy(folder: Path, chapters: int, models: int) -> "Toy":
    """Write a toy workflow into a new Git and DVC repository with a remote beside it."""
    folder.mkdir(parents=True)
    toy = Toy(folder)
    for name, text in PROGRAMS.items():
        toy.write(f"programs/{name}", dedent(text).lstrip())
    names = [f"c{n}" for n in range(1, chapters + 1)]
    toy.write("params.yaml", yaml.safe_dump({"scale": 1, "chapters": names}))
    for chapter in names:
        toy.write(f"source/{chapter}.txt", f"text of {chapter}\n")
        rows = {f"m{n}": {"rate": n / 10, "steps": n + 1} for n in range(1, models + 1)}
        content = {"data": {"n": 30}, "models": rows}
        toy.write(f"chapters/{chapter}/params.yaml", yaml.safe_dump(content))
    toy.write("Snakefile", SNAKEFILE.lstrip())
    toy.write(".gitignore", IGNORED.lstrip())
    profile = {"cores": 2, "max-checksum-file-size": "100GB", "rerun-incomplete": True}
    toy.write("profiles/default/config.yaml", yaml.safe_dump(profile))
    toy.run("git", "init", "-q", "-b", "main")
    toy.run("dvc", "init", "-q")
    toy.run("dvc", "config", "core.analytics", "false")
    toy.run("dvc", "remote", "add", "-q", "-d", "store", str(folder.parent / "remote"))
    toy.run("python", "-m", "dvc_bridge", "render")
    toy.commit_git("toy")
    return toy


class Toy:
    """A copy of the toy workflow, and the commands that a user gives in it."""

    def __init__(self, folder: Path):
        self.folder = folder
        # For the programs.
        self.environment: dict[str, str] = {}

    def write(self, name: str, text: str) -> None:
        """Write a file, and its folder if need be."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def read(self, name: str) -> str:
        """Give the text of a file."""
        return (self.folder / name).read_text()

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text that occurs in a file."""
        text = self.read(name)
        assert old in text
        self.write(name, text.replace(old, new))

    def edit_params(self, chapter: str, **changes) -> None:
        """Set values of a chapter by their dotted names, with "__" for the dots."""
        name = f"chapters/{chapter}/params.yaml"
        content = yaml.safe_load(self.read(name))
        for key, value in changes.items():
            *path, last = key.split("__")
            place = content
            for step in path:
                place = place[step]
            if value is None:
                del place[last]
            else:
                place[last] = value
        self.write(name, yaml.safe_dump(content))

    def run(self, *command: str, check: bool = True, **environment: str):
        """Run a command in the folder; its output is kept."""
        result = subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, **self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if check and result.returncode:
            raise AssertionError(f"{command}: {result.stdout}\n{result.stderr}")
        return result

    def start(self, *command: str, **options) -> subprocess.Popen:
        """Start a command in the folder; its standard output is a pipe of text."""
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            text=True,
            **{"stdout": subprocess.PIPE, **options},
        )

    def snakemake(self, *options: str, check: bool = True, **environment: str):
        """Run Snakemake."""
        return self.run("snakemake", *options, check=check, **environment)

    def bridge(self, *options: str, check: bool = True):
        """Run one of the bridge's commands."""
        return self.run(sys.executable, "-m", "dvc_bridge", *options, check=check)

    def repro(self, *options: str, check: bool = True):
        """Run `dvc repro`."""
        return self.run("dvc", "repro", "-q", *options, check=check)

    def list_planned(self, *options: str) -> set[str]:
        """Give the stages that `snakemake -n` would run."""
        result = self.snakemake("-n", "--quiet", "host", *options)
        return parse_plan(result.stdout + result.stderr)

    def list_status(self) -> set[str]:
        """Give the stages that `dvc status` names."""
        result = self.run("dvc", "status", "--json")
        return set(json.loads(result.stdout))

    def list_outdated(self) -> set[str]:
        """Give the stages that `dvc status` names, and those downstream of them."""
        stages = resolve_pipeline(self.read("dvc.yaml"))
        makers = {
            path: name
            for name, stage in stages.items()
            for section in ("outs", "metrics", "plots")
            for path in stage[section]
        }
        found = self.list_status()
        used = {
            name: {makers.get(path) for path in stage["deps"]} for name, stage in stages.items()
        }
        while more := {name for name, users in used.items() if users & found} - found:
            found |= more
        return found

    def take_ran(self) -> list[str]:
        """Give the jobs that have run since this was last asked, sorted."""
        log = self.folder / "ran.log"
        ran = sorted(log.read_text().split()) if log.exists() else []
        log.unlink(missing_ok=True)
        return ran

    def commit_git(self, message: str) -> None:
        """Commit everything to Git."""
        identity = ("-c", "user.name=toy", "-c", "user.email=toy@example.org")
        self.run("git", "add", "-A")
        self.run("git", *identity, "commit", "-q", "-m", message)

    def copy(self, folder: Path) -> "Toy":
        """Copy everything, file times too; DVC's cache and Snakemake's records with it."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Toy(folder)

    def clone(self, folder: Path) -> "Toy":
        """Clone with Git and pull with DVC, as on another machine."""
        self.run("git", "clone", "-q", str(self.folder), str(folder))
        toy = Toy(folder)
        toy.run("dvc", "pull", "-q")
        return toy


def parse_plan(text: str) -> set[str]:
    """Read the jobs from the output of `snakemake -n`, named as the stages of dvc.yaml are."""
    names = set()
    rule = ""
    for line in text.splitlines():
        words = line.strip()
        if words.startswith(("rule ", "localrule ")):
            rule = words.split()[1].rstrip(":")
            if rule in ("write_report", "write_notes"):
                names.add(rule)
        elif words.startswith("wildcards: "):
            values = [pair.split("=")[1] for pair in words[len("wildcards: ") :].split(", ")]
            names.add(f"{rule}@{'-'.join(values)}")
    return names
