"""Raw datasets. Needs a source of params.yaml; makes the idx files in data/raw."""

from redigit.datasets import DATASETS
from redigit.jobs import grow_memory, list_raw_files


# The files are known by their SHA-256, so where they come from is no parameter of this rule.
rule download_data:
    input:
        program=import_closure("workflow/scripts/download_data.py"),
    output:
        expand("data/raw/{{dataset}}/{file.name}", file=DATASETS["mnist"].files),
    log:
        "logs/download_data/{dataset}.log",
    wildcard_constraints:
        dataset="|".join(DATASETS),
    localrule: True
    resources:
        mem_mb=grow_memory(workflow, 500),
    message:
        "Fetching {wildcards.dataset}"
    shell:
        "python workflow/scripts/download_data.py {wildcards.dataset}"
        " --settings params.yaml --files {output} --log {log}"


for dataset in DATASETS:
    targets += list_raw_files(dataset)
