"""Metrics. Needs the predictions of an experiment, of any kind; makes its metrics by row."""

from redigit.jobs import grow_memory, list_experiments, match_any
from redigit.settings import declare_by_class, read_experiment


rule evaluate_predictions:
    input:
        program=import_closure("workflow/scripts/evaluate_predictions.py"),
        # All rows, and all seeds if the kind has one file for each.
        predictions=lambda wc: expand(
            predictions[read_experiment(wc.experiment)["kind"]],
            experiment=wc.experiment,
            row=read_experiment(wc.experiment)["rows"],
            seed=config["seeds"],
        ),
    output:
        metrics="<metrics>/{experiment}.json",
    log:
        "<logs>/evaluate_predictions/{experiment}.log",
    wildcard_constraints:
        experiment=match_any(list_experiments(*predictions)),
    localrule: True
    resources:
        mem_mb=grow_memory(workflow, 500),
    params:
        settings=lambda wc: declare_by_class(wc.experiment),
    message:
        "Measuring {wildcards.experiment}"
    shell:
        "python workflow/scripts/evaluate_predictions.py {wildcards.experiment}"
        " --predictions {input.predictions} --metrics {output.metrics} --log {log}"


targets += expand("<metrics>/{experiment}.json", experiment=list_experiments(*predictions))
