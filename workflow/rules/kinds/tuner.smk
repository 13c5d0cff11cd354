"""Searches for networks. Needs raw images; makes the trials of all rows, and metrics."""

from redigit.jobs import (
    declare_networks,
    grow_memory,
    list_experiments,
    list_item_inputs,
    list_network_schemas,
    list_pairs_inputs,
    match_any,
)
from redigit.settings import RUN_FILE, declare_keys, merge_declared, read_experiment


# All rows and seeds are one job: a trial is kept when it is finished, so that neither a kill nor
# another row repeats it. The database that keeps them stands beside the trials as trials.db.
rule search_networks:
    input:
        program=import_closure("workflow/scripts/search_networks.py"),
        schema="workflow/schemas/kinds/tuner.yaml",
        network_schema=lambda wc: list_network_schemas(wc.experiment),
        raw=lambda wc: list_item_inputs(wc.experiment, *read_experiment(wc.experiment)["rows"]),
        pairs=lambda wc: list_pairs_inputs(wc.experiment, *read_experiment(wc.experiment)["rows"]),
    output:
        trials="<models>/{experiment}/trials.csv",
        metrics="<metrics>/{experiment}.json",
    log:
        "<logs>/search_networks/{experiment}.log",
    wildcard_constraints:
        experiment=match_any(list_experiments("tuner")),
    resources:
        gpu=1,
        mem_mb=grow_memory(workflow, 2000),
    params:
        settings=lambda wc: merge_declared(
            declare_networks(wc.experiment, *read_experiment(wc.experiment)["rows"]),
            declare_keys({RUN_FILE: ["seeds"]}),
        ),
    message:
        "Searching the networks of {wildcards.experiment}"
    shell:
        "python workflow/scripts/search_networks.py {wildcards.experiment}"
        " --program {input.program} --schema {input.schema}"
        " --network-schema {input.network_schema} --raw {input.raw} --pairs {input.pairs}"
        " --trials {output.trials} --metrics {output.metrics} --log {log}"


targets += expand("<models>/{experiment}/trials.csv", experiment=list_experiments("tuner"))
targets += expand("<metrics>/{experiment}.json", experiment=list_experiments("tuner"))
