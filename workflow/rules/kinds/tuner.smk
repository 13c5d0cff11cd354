"""Searches for networks. Needs raw images; makes the trials of all rows, and metrics."""

from redigit.jobs import list_experiments, list_raw_inputs, match_any
from redigit.settings import (
    RUN_FILE,
    declare_experiment,
    declare_keys,
    merge_declared,
    read_experiment,
)


# All rows and seeds are one job: a trial is kept when it is finished, so that neither a kill nor
# another row repeats it. The database that keeps them stands beside the trials as trials.db.
rule search_networks:
    input:
        program=import_closure("workflow/scripts/search_networks.py"),
        schema="workflow/schemas/kinds/tuner.yaml",
        network_schema="workflow/schemas/kinds/network.yaml",
        raw=lambda wc: list_raw_inputs(wc.experiment, *read_experiment(wc.experiment)["rows"]),
    output:
        trials="<models>/{experiment}/trials.csv",
        metrics="<metrics>/{experiment}.json",
    log:
        "<logs>/search_networks/{experiment}.log",
    wildcard_constraints:
        experiment=match_any(list_experiments("tuner")),
    resources:
        gpu=1,
        mem_mb=2000,
    params:
        settings=lambda wc: merge_declared(
            declare_experiment(wc.experiment),
            declare_keys({RUN_FILE: ["backend", "device", "threads", "seeds"]}),
        ),
    message:
        "Searching the networks of {wildcards.experiment}"
    shell:
        "python workflow/scripts/search_networks.py {wildcards.experiment}"
        " --program {input.program} --schema {input.schema}"
        " --network-schema {input.network_schema} --raw {input.raw}"
        " --trials {output.trials} --metrics {output.metrics} --log {log}"


targets += expand("<models>/{experiment}/trials.csv", experiment=list_experiments("tuner"))
targets += expand("<metrics>/{experiment}.json", experiment=list_experiments("tuner"))
