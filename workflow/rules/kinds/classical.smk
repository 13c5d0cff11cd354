"""Classical classifiers. Needs pairs and raw MNIST; makes the predictions of each row's draws."""

from redigit.jobs import find_pairs, list_experiments, list_raw_inputs, list_rows, match_any
from redigit.settings import declare_settings, merge_declared

predictions["classical"] = "<models>/{experiment}/{row}/predictions.safetensors"


rule fit_classical:
    input:
        program=import_closure("workflow/scripts/fit_classical.py"),
        schema="workflow/schemas/kinds/classical.yaml",
        raw=lambda wc: list_raw_inputs(*find_pairs(wc.experiment, wc.row)),
        pairs=lambda wc: "<pairs>/{}/{}.parquet".format(*find_pairs(wc.experiment, wc.row)),
    output:
        predictions="<models>/{experiment}/{row}/predictions.safetensors",
    log:
        "<logs>/fit_classical/{experiment}/{row}.log",
    wildcard_constraints:
        experiment=match_any(list_experiments("classical")),
    resources:
        mem_mb=1500,
    params:
        settings=lambda wc: merge_declared(
            declare_settings(wc.experiment, wc.row),
            declare_settings(*find_pairs(wc.experiment, wc.row)),
        ),
    message:
        "Fitting {wildcards.experiment}/{wildcards.row}"
    shell:
        "python workflow/scripts/fit_classical.py {wildcards.experiment}/{wildcards.row}"
        " --schema {input.schema} --raw {input.raw} --pairs {input.pairs}"
        " --predictions {output.predictions} --log {log}"


for experiment, row in list_rows("classical"):
    targets.append(f"<models>/{experiment}/{row}/predictions.safetensors")
