"""redigit: every table and figure of five studies rebuilt, every printed number judged.

Needs params.yaml and studies/; makes reports/index.html and all that leads to it.
The rules stand in workflow/rules, a file for each topic; each adds what it keeps to `targets`.
"""

import sys
from pathlib import Path

from dvc_bridge import attach_bridge, import_closure
from snakemake.utils import min_version

from redigit.checks import check_folders, check_parameters
from redigit.datasets import check_raw_files
from redigit.errors import InputError

min_version("9.27")


configfile: "params.yaml"


# What a program prints is in its log. Here it would come between Snakemake's own lines. Of a GPU
# that several jobs share, each takes the memory that it needs and not all at once.
shell.prefix(
    "set -euo pipefail; exec >/dev/null;"
    " export TF_FORCE_GPU_ALLOW_GROWTH=true XLA_PYTHON_CLIENT_PREALLOCATE=false; "
)


root = config.get("root", "")

# A Snakemake that a cluster starts for a job reads what was checked when the run began.
if workflow.is_main_process:
    try:
        check_parameters(config)
        check_folders(Path(root))
        check_raw_files(Path("data/raw"))
    except InputError as error:
        sys.exit(f"error: {error}")

attach_bridge(
    workflow,
    enabled=not root,
    metrics=["metrics/**"],
    plots={"models/**/history.csv": {"x": "epoch", "y": "test_loss", "template": "linear"}},
)


# Seconds, MiB and the commit differ from run to run, so that no job may have them for an output.
onsuccess:
    if not root:
        shell(
            "python -m redigit.trace; [ ! -f reports/audit.csv ] || python -m redigit.summary >&2"
        )


pathvars:
    pairs=str(Path(root, "data/pairs")),
    models=str(Path(root, "models")),
    metrics=str(Path(root, "metrics")),
    reports=str(Path(root, "reports")),
    logs=str(Path(root, "logs")),


# Filled by the rule files: all outputs that are kept, and where each kind's predictions are.
targets = []
predictions = {}


rule all:
    default_target: True
    input:
        lambda wildcards: targets,


include: "workflow/rules/data.smk"


# The kinds come before the evaluation: each says where its predictions are.
for rules in sorted(Path("workflow/rules/kinds").glob("*.smk")):

    include: rules


include: "workflow/rules/evaluate.smk"
include: "workflow/rules/audit.smk"
include: "workflow/rules/report.smk"
