"""Linear separability. Needs raw images, stored certificates; makes certificates, verifies all."""

from redigit.jobs import grow_memory, list_evidence, list_experiments, list_raw_inputs, match_any
from redigit.settings import declare_experiment, read_experiment


# A row takes seconds and there is one for each pair of digits: all rows are one job.
rule find_certificates:
    input:
        program=import_closure("workflow/scripts/find_certificates.py"),
        schema="workflow/schemas/kinds/separability.yaml",
        raw=lambda wc: list_raw_inputs(wc.experiment, *read_experiment(wc.experiment)["rows"]),
    output:
        certificates="<models>/{experiment}/certificates.safetensors",
    log:
        "<logs>/find_certificates/{experiment}.log",
    wildcard_constraints:
        experiment=match_any(list_experiments("separability")),
    resources:
        mem_mb=grow_memory(workflow, 1500),
    params:
        settings=lambda wc: declare_experiment(wc.experiment),
    message:
        "Solving the pairs of {wildcards.experiment}"
    shell:
        "python workflow/scripts/find_certificates.py {wildcards.experiment}"
        " --schema {input.schema} --raw {input.raw} --certificates {output.certificates}"
        " --log {log}"


rule verify_certificates:
    input:
        program=import_closure("workflow/scripts/verify_certificates.py"),
        schema="workflow/schemas/kinds/separability.yaml",
        raw=lambda wc: list_raw_inputs(wc.experiment, *read_experiment(wc.experiment)["rows"]),
        solved="<models>/{experiment}/certificates.safetensors",
        stored=lambda wc: list_evidence(wc.experiment),
    output:
        metrics="<metrics>/{experiment}.json",
    log:
        "<logs>/verify_certificates/{experiment}.log",
    wildcard_constraints:
        experiment=match_any(list_experiments("separability")),
    resources:
        mem_mb=grow_memory(workflow, 1000),
    params:
        settings=lambda wc: declare_experiment(wc.experiment),
    message:
        "Verifying the certificates of {wildcards.experiment}"
    shell:
        "python workflow/scripts/verify_certificates.py {wildcards.experiment}"
        " --schema {input.schema} --raw {input.raw} --solved {input.solved}"
        " --stored {input.stored} --metrics {output.metrics} --log {log}"


targets += expand(
    "<models>/{experiment}/certificates.safetensors",
    experiment=list_experiments("separability"),
)
targets += expand("<metrics>/{experiment}.json", experiment=list_experiments("separability"))
