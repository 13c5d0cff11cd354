"""The report. Needs metrics, predictions and verdicts; makes tables, figures and pages."""

from redigit.discussion import list_findings
from redigit.explanations import declare_questions
from redigit.figure_data import declare_figures, list_all_data, list_figures
from redigit.jobs import (
    declare_tables,
    grow_memory,
    list_experiment_files,
    list_experiments,
    list_table_metrics,
    match_any,
)
from redigit.recordings import recording_file
from redigit.settings import RUN_FILE, declare_keys, merge_declared, report_file

TEMPLATES = sorted(str(path) for path in Path("workflow/templates").iterdir())
# Kinds of experiment that findings are read from.
KINDS = ("pairs", "separability", "tsne", "multitask")


# Each table depends on the study's verdicts, so none could be rendered alone: all are one job.
rule render_tables:
    input:
        program=import_closure("workflow/scripts/render_tables.py"),
        metrics=lambda wc: list_table_metrics(wc.study),
        recordings=lambda wc: list_recording_files(wc.study),
        verdicts="<reports>/{study}/verdicts.csv",
    output:
        tables="<reports>/{study}/tables.csv",
    log:
        "<logs>/render_tables/{study}.log",
    wildcard_constraints:
        study=match_any(config["studies"]),
    localrule: True
    resources:
        mem_mb=grow_memory(workflow, 500),
    params:
        settings=lambda wc: declare_tables(wc.study),
    message:
        "Rendering the tables of study {wildcards.study}"
    shell:
        "python workflow/scripts/render_tables.py {wildcards.study}"
        " --metrics {input.metrics} --recordings {input.recordings}"
        " --verdicts {input.verdicts} --tables {output.tables} --log {log}"


# A study's figures are many and each is quickly drawn: they are one job. Their names are no
# pattern, so that each study needs a rule of its own.
figures = {
    study: [f"<reports>/{study}/figures/{name}.svg" for name in list_figures(study)]
    for study in config["studies"]
}
for study in filter(figures.get, figures):

    rule:
        name:
            f"draw_figures_{study}"
        input:
            program=import_closure("workflow/scripts/draw_figures.py"),
            style="workflow/redigit.mplstyle",
            data=list_all_data(study, config["seeds"]),
        output:
            figures=figures[study],
        log:
            f"<logs>/draw_figures/{study}.log",
        resources:
            mem_mb=grow_memory(workflow, 500),
        params:
            settings=declare_figures(study),
            # A command is formatted when its job runs: then the loop is at its end.
            study=lambda wildcards, study=study: study,
        message:
            f"Drawing the figures of study {study}"
        shell:
            "python workflow/scripts/draw_figures.py {params.study}"
            " --style {input.style} --data {input.data} --figures {output.figures} --log {log}"


rule write_page:
    input:
        program=import_closure("workflow/scripts/write_page.py"),
        templates=TEMPLATES,
        report="studies/{study}/report.yaml",
        # The page lists the comments marked ASSUME, so it depends on files, not on keys.
        experiments=lambda wc: list_experiment_files(wc.study),
        tables="<reports>/{study}/tables.csv",
        figures=lambda wc: figures[wc.study],
        verdicts="<reports>/{study}/verdicts.csv",
        explanations="<reports>/{study}/explanations.csv",
        findings=lambda wc: list_findings(wc.study),
    output:
        page="<reports>/{study}/index.html",
    log:
        "<logs>/write_page/{study}.log",
    wildcard_constraints:
        study=match_any(config["studies"]),
    localrule: True
    resources:
        mem_mb=grow_memory(workflow, 500),
    params:
        settings=lambda wc: merge_declared(
            declare_keys({RUN_FILE: ["scale"]}), declare_questions(wc.study)
        ),
    message:
        "Writing the page of study {wildcards.study}"
    shell:
        "python workflow/scripts/write_page.py {wildcards.study} --templates {input.templates}"
        " --experiments {input.experiments} --tables {input.tables} --figures {input.figures}"
        " --verdicts {input.verdicts} --explanations {input.explanations}"
        " --findings {input.findings} --page {output.page} --log {log}"


rule write_index:
    input:
        program=import_closure("workflow/scripts/write_index.py"),
        templates=TEMPLATES,
        # The pages show the settings of all rows, and the comments marked ASSUME.
        experiments=list_experiment_files(*config["studies"]),
        verdicts=expand("<reports>/{study}/verdicts.csv", study=config["studies"]),
        metrics=[f"<metrics>/{name}.json" for name in list_experiments(*KINDS)],
        recordings=[
            str(file)
            for name in list_experiments(*KINDS)
            if (file := recording_file(name)).exists()
        ],
        rates="<metrics>/error_rates.json",
        between="<reports>/between.csv",
        discussions=[file for study in config["studies"] for file in list_findings(study)],
    output:
        index="<reports>/index.html",
        findings="<reports>/findings.html",
        audit="<reports>/audit.html",
    log:
        "<logs>/write_index.log",
    localrule: True
    resources:
        mem_mb=grow_memory(workflow, 500),
    params:
        settings=declare_keys(
            {RUN_FILE: ["scale", "seeds", "audit.level"]}
            | {report_file(study): ["title"] for study in config["studies"]}
        ),
    message:
        "Writing the pages about all studies"
    shell:
        "python workflow/scripts/write_index.py index --templates {input.templates}"
        " --experiments {input.experiments} --verdicts {input.verdicts}"
        " --metrics {input.metrics} --recordings {input.recordings}"
        " --rates {input.rates} --between {input.between}"
        " --discussions {input.discussions}"
        " --index {output.index} --findings {output.findings} --audit {output.audit} --log {log}"


rule write_auditor:
    input:
        program=import_closure("workflow/scripts/write_auditor.py"),
        templates=TEMPLATES,
        style="workflow/redigit.mplstyle",
        rates="<metrics>/error_rates.json",
    output:
        alarms="<reports>/auditor_alarms.svg",
        power="<reports>/auditor_power.svg",
        page="<reports>/auditor.html",
    log:
        "<logs>/write_auditor.log",
    localrule: True
    resources:
        mem_mb=grow_memory(workflow, 500),
    params:
        settings=declare_keys({RUN_FILE: ["audit.level"]}),
    message:
        "Writing the page on the auditor"
    shell:
        "python workflow/scripts/write_auditor.py --rates {input.rates}"
        " --templates {input.templates} --style {input.style} --alarms {output.alarms}"
        " --power {output.power} --page {output.page} --log {log}"


targets += expand("<reports>/{study}/tables.csv", study=config["studies"])
targets += [file for files in figures.values() for file in files]
targets += expand("<reports>/{study}/index.html", study=config["studies"])
targets += expand("<reports>/{name}.html", name=["index", "findings", "audit"])
targets += expand(
    "<reports>/{name}", name=["auditor.html", "auditor_alarms.svg", "auditor_power.svg"]
)
