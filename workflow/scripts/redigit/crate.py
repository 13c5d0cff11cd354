"""The run as a Workflow Run RO-Crate: ``python -m redigit.crate`` writes ro-crate-metadata.json.

The folder of the project is then such a crate: the file names the workflow, its programs, every
job with the files that it took and made, and the times. Any tool that reads RO-Crates reads it.
Only jobs that have left a record in this folder are in it.
"""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate

from redigit.chain import Chain, run_git
from redigit.files import read_json, write_json
from redigit.pipeline import Stage
from redigit.trace import find_digest, find_log

CRATE = Path("ro-crate-metadata.json")
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
# Words that RO-Crate itself does not define.
TERMS = {"md5": "https://w3id.org/ro/terms/workflow-run#md5"}
LICENCE = "https://spdx.org/licenses/MIT"
# Files of the run that are no job's, and what they are.
ABOUT = {
    "README.md": "What this is",
    "params.yaml": "Parameters of the run",
    "requirements.lock": "The environment: every package with its hashes",
    "dvc.lock": "What was made from what, with hashes",
}
FORMATS = {
    **{".csv": "text/csv", ".json": "application/json", ".html": "text/html"},
    **{".svg": "image/svg+xml", ".yaml": "application/yaml", ".md": "text/markdown"},
    **{".py": "text/x-python", ".lock": "text/plain"},
}


class Crate:
    """A crate that grows job by job.

    Attributes
    ----------
    crate : ROCrate
        What is built.
    chain : Chain
        All jobs.
    files : dict of str to entity
        The files in it, by path.
    """

    def __init__(self) -> None:
        self.crate, self.chain = ROCrate(version="1.1"), Chain()
        self.crate.metadata.extra_terms.update(TERMS)
        self.files: dict[str, Any] = {}
        self.workflow = self.describe_project()

    def describe_project(self) -> Any:
        """Describe the project and its workflow; give the latter."""
        citation = yaml.safe_load(Path("CITATION.cff").read_text())
        root = self.crate.root_dataset
        licence = self.add_entity(LICENCE, {"@type": "CreativeWork", "name": "MIT licence"})
        root["name"], root["description"] = citation["title"], citation["abstract"]
        root["license"], root["version"] = licence, citation["version"]
        profiles = [
            self.add_entity(
                address,
                {"@type": "CreativeWork", "name": name, "version": address.split("/")[-1]},
            )
            for address, name in PROFILES.items()
        ]
        root["conformsTo"] = profiles
        workflow = self.crate.add_workflow(
            "Snakefile", "Snakefile", main=True, lang="snakemake", lang_version="9"
        )
        workflow["name"], workflow["license"] = citation["title"], licence
        if commit := run_git("rev-parse", "HEAD"):
            workflow["version"] = commit
        for path, text in ABOUT.items():
            if Path(path).exists():
                self.add_file(path)["description"] = text
        return workflow

    def add_entity(self, name: str, properties: dict[str, Any]) -> Any:
        """Add something that is no file."""
        return self.crate.add(ContextEntity(self.crate, name, properties=properties))

    def add_file(self, path: str) -> Any:
        """Add a file of the project, with its size and the hash that DVC knows it by."""
        if path not in self.files:
            properties: dict[str, Any] = {"name": path}
            if path.endswith(".py"):
                properties |= {
                    "@type": ["File", "SoftwareSourceCode"],
                    "programmingLanguage": "Python",
                }
            if Path(path).exists():
                digest = find_digest(self.chain, path)
                properties |= {"contentSize": str(digest.size), "md5": digest.md5}
            if media := FORMATS.get(Path(path).suffix):
                properties["encodingFormat"] = media
            self.files[path] = self.crate.add_file(path, path, properties=properties)
        return self.files[path]

    def add_job(self, name: str, stage: Stage, record: dict[str, Any]) -> Any:
        """Add a job that has run: what it took and made, when and with which program."""
        program = re.search(r"\S+\.py", stage["cmd"])[0]
        taken = [path for path in stage["deps"] if not path.endswith(".py")]
        ended = datetime.fromisoformat(record["ended"])
        started = ended - timedelta(seconds=record["wall_s"])
        return self.crate.add_action(
            self.add_file(program),
            identifier=f"#job-{name}",
            object=[self.add_file(path) for path in taken if Path(path).exists()],
            result=[self.add_file(path) for path in stage["outs"] if Path(path).exists()],
            properties={
                "name": name,
                "description": stage["cmd"],
                "startTime": started.isoformat(timespec="seconds"),
                "endTime": ended.isoformat(timespec="seconds"),
                "actionStatus": "http://schema.org/CompletedActionStatus",
            },
        )

    def add_run(self, jobs: list[Any]) -> None:
        """Add the run as a whole: all jobs, what none of them made, and what none of them took."""
        makers = self.chain.makers
        taken = {path for stage in self.chain.planned.values() for path in stage["deps"]}
        sources = [self.files[path] for path in sorted(taken) if path in self.files]
        run = self.crate.add_action(
            self.workflow,
            identifier="#run",
            object=[file for file in sources if file["name"] not in makers],
            result=[self.files[path] for path in sorted(makers) if path in self.files],
            properties={
                "name": "The run",
                "startTime": min(job["startTime"] for job in jobs),
                "endTime": max(job["endTime"] for job in jobs),
                "actionStatus": "http://schema.org/CompletedActionStatus",
            },
        )
        self.crate.root_dataset["mentions"] = [run, *jobs]


def build_crate() -> dict[str, Any]:
    """Build the metadata of the crate, as JSON-LD."""
    crate = Crate()
    jobs = []
    for name, stage in crate.chain.planned.items():
        record = find_log(stage).with_suffix(".json")
        if record.exists():
            jobs.append(crate.add_job(name, stage, read_json(record)))
    if jobs:
        crate.add_run(jobs)
    return crate.crate.metadata.generate()


if __name__ == "__main__":
    write_json(CRATE, build_crate())
    print(CRATE)
