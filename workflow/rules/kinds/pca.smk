"""Principal components. Needs raw images; makes scores and ratios of each row, and metrics."""

from redigit.jobs import grow_memory, list_experiments, list_raw_inputs, list_rows, match_any
from redigit.settings import declare_settings, read_experiment


rule fit_pca:
    input:
        program=import_closure("workflow/scripts/fit_pca.py"),
        schema="workflow/schemas/kinds/pca.yaml",
        raw=lambda wc: list_raw_inputs(wc.experiment, wc.row),
    output:
        pca="<models>/{experiment}/{row}/pca.safetensors",
    log:
        "<logs>/fit_pca/{experiment}/{row}.log",
    wildcard_constraints:
        experiment=match_any(list_experiments("pca")),
    resources:
        mem_mb=grow_memory(workflow, 1500),
    params:
        settings=lambda wc: declare_settings(wc.experiment, wc.row),
    message:
        "Finding components of {wildcards.experiment}/{wildcards.row}"
    shell:
        "python workflow/scripts/fit_pca.py {wildcards.experiment}/{wildcards.row}"
        " --schema {input.schema} --raw {input.raw} --pca {output.pca} --log {log}"


rule summarise_pca:
    input:
        program=import_closure("workflow/scripts/summarise_pca.py"),
        pca=lambda wc: expand(
            "<models>/{experiment}/{row}/pca.safetensors",
            experiment=wc.experiment,
            row=read_experiment(wc.experiment)["rows"],
        ),
    output:
        metrics="<metrics>/{experiment}.json",
    log:
        "<logs>/summarise_pca/{experiment}.log",
    wildcard_constraints:
        experiment=match_any(list_experiments("pca")),
    localrule: True
    resources:
        mem_mb=grow_memory(workflow, 500),
    message:
        "Summing up components of {wildcards.experiment}"
    shell:
        "python workflow/scripts/summarise_pca.py {wildcards.experiment}"
        " --pca {input.pca} --metrics {output.metrics} --log {log}"


for experiment, row in list_rows("pca"):
    targets.append(f"<models>/{experiment}/{row}/pca.safetensors")
targets += expand("<metrics>/{experiment}.json", experiment=list_experiments("pca"))
