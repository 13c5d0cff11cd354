"""Verdicts. Needs a study's claims and metrics; makes a verdict for each claim.

How often the rules that give the verdicts err is measured on synthetic claims, without any data.
"""

from redigit.claims import declare_claims
from redigit.explanations import declare_explanations
from redigit.formulas import declare_formulas
from redigit.jobs import grow_memory, list_experiments, match_any
from redigit.recordings import list_recorded_code, list_recording_files
from redigit.settings import RUN_FILE, declare_keys, merge_declared


rule check_claims:
    input:
        program=import_closure("workflow/scripts/check_claims.py"),
        schema="workflow/schemas/claims.yaml",
        claims="studies/{study}/claims.csv",
        metrics=lambda wc: [
            f"<metrics>/{experiment}.json" for experiment in list_experiments(study=wc.study)
        ],
        recordings=lambda wc: list_recording_files(wc.study),
        # Whether they are of this code is said with the verdicts.
        code=lambda wc: list_recorded_code(wc.study),
    output:
        verdicts="<reports>/{study}/verdicts.csv",
        explanations="<reports>/{study}/explanations.csv",
        summary="<metrics>/{study}/verdicts.json",
    log:
        "<logs>/check_claims/{study}.log",
    wildcard_constraints:
        study=match_any(config["studies"]),
    localrule: True
    resources:
        mem_mb=grow_memory(workflow, 500),
    params:
        settings=lambda wc: merge_declared(declare_claims(wc.study), declare_explanations(wc.study)),
    message:
        "Judging the claims of study {wildcards.study}"
    shell:
        "python workflow/scripts/check_claims.py {wildcards.study} --claims {input.claims}"
        " --schema {input.schema} --metrics {input.metrics} --recordings {input.recordings}"
        " --code {input.code} --verdicts {output.verdicts} --explanations {output.explanations}"
        " --summary {output.summary} --log {log}"


rule audit_rules:
    input:
        program=import_closure("workflow/scripts/audit_rules.py"),
    output:
        rates="<metrics>/error_rates.json",
    log:
        "<logs>/audit_rules.log",
    resources:
        mem_mb=grow_memory(workflow, 500),
    params:
        settings=declare_keys({RUN_FILE: ["audit", "synthetic_claims"]}),
    message:
        "Trying the rules on synthetic claims"
    shell:
        "python workflow/scripts/audit_rules.py --rates {output.rates} --log {log}"


rule write_audit:
    input:
        program=import_closure("workflow/scripts/write_audit.py"),
        verdicts=expand("<reports>/{study}/verdicts.csv", study=config["studies"]),
        comparisons="studies/between.yaml",
    output:
        table="<reports>/audit.csv",
        summary="<reports>/audit.json",
        between="<reports>/between.csv",
    log:
        "<logs>/write_audit.log",
    localrule: True
    resources:
        mem_mb=grow_memory(workflow, 500),
    params:
        settings=declare_keys({RUN_FILE: ["audit.level"]}),
    message:
        "Joining all verdicts"
    shell:
        "python workflow/scripts/write_audit.py all --verdicts {input.verdicts}"
        " --comparisons {input.comparisons}"
        " --table {output.table} --summary {output.summary} --between {output.between}"
        " --log {log}"


targets.append("<metrics>/error_rates.json")
targets += expand(
    "<reports>/{study}/{table}.csv", study=config["studies"], table=["verdicts", "explanations"]
)
targets += expand("<metrics>/{study}/verdicts.json", study=config["studies"])
targets += ["<reports>/audit.csv", "<reports>/audit.json", "<reports>/between.csv"]
