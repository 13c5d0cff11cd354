"""The report. Needs metrics, predictions and verdicts; makes tables, figures and pages."""

from redigit.jobs import (
    declare_figure,
    declare_tables,
    list_experiment_files,
    list_experiments,
    list_figure_data,
    list_figures,
    list_table_metrics,
    match_any,
)
from redigit.settings import RUN_FILE, declare_keys, report_file

TEMPLATES = sorted(str(path) for path in Path("workflow/templates").iterdir())
# Kinds of experiment that findings are read from.
KINDS = ("pairs", "separability", "tsne", "multitask")


# Each table depends on the study's verdicts, so none could be rendered alone: all are one job.
rule render_tables:
    input:
        program=import_closure("workflow/scripts/render_tables.py"),
        metrics=lambda wc: list_table_metrics(wc.study),
        verdicts="<reports>/{study}/verdicts.csv",
    output:
        tables="<reports>/{study}/tables.csv",
    log:
        "<logs>/render_tables/{study}.log",
    wildcard_constraints:
        study=match_any(config["studies"]),
    params:
        settings=lambda wc: declare_tables(wc.study),
    message:
        "Rendering the tables of study {wildcards.study}"
    shell:
        "python workflow/scripts/render_tables.py {wildcards.study}"
        " --metrics {input.metrics} --verdicts {input.verdicts}"
        " --tables {output.tables} --log {log}"


rule draw_figure:
    input:
        program=import_closure("workflow/scripts/draw_figure.py"),
        style="workflow/redigit.mplstyle",
        data=lambda wc: list_figure_data(wc.study, wc.figure, config["seeds"]),
    output:
        figure="<reports>/{study}/figures/{figure}.svg",
    log:
        "<logs>/draw_figure/{study}/{figure}.log",
    wildcard_constraints:
        study=match_any(config["studies"]),
    params:
        settings=lambda wc: declare_figure(wc.study, wc.figure),
    message:
        "Drawing {wildcards.study}/{wildcards.figure}"
    shell:
        "python workflow/scripts/draw_figure.py {wildcards.study}/{wildcards.figure}"
        " --style {input.style} --data {input.data} --figure {output.figure} --log {log}"


rule write_page:
    input:
        program=import_closure("workflow/scripts/write_page.py"),
        templates=TEMPLATES,
        report="studies/{study}/report.yaml",
        # The page lists the comments marked ASSUME, so it depends on files, not on keys.
        experiments=lambda wc: list_experiment_files(wc.study),
        tables="<reports>/{study}/tables.csv",
        figures=lambda wc: [
            f"<reports>/{study}/figures/{name}.svg" for study, name in list_figures(wc.study)
        ],
        verdicts="<reports>/{study}/verdicts.csv",
    output:
        page="<reports>/{study}/index.html",
    log:
        "<logs>/write_page/{study}.log",
    wildcard_constraints:
        study=match_any(config["studies"]),
    params:
        settings=declare_keys({RUN_FILE: ["scale"]}),
    message:
        "Writing the page of study {wildcards.study}"
    shell:
        "python workflow/scripts/write_page.py {wildcards.study} --templates {input.templates}"
        " --experiments {input.experiments} --tables {input.tables} --figures {input.figures}"
        " --verdicts {input.verdicts} --page {output.page} --log {log}"


rule write_index:
    input:
        program=import_closure("workflow/scripts/write_index.py"),
        templates=TEMPLATES,
        # The pages show the settings of all rows, and the comments marked ASSUME.
        experiments=list_experiment_files(*config["studies"]),
        verdicts=expand("<reports>/{study}/verdicts.csv", study=config["studies"]),
        metrics=[f"<metrics>/{name}.json" for name in list_experiments(*KINDS)],
        rates="<metrics>/error_rates.json",
    output:
        index="<reports>/index.html",
        findings="<reports>/findings.html",
        audit="<reports>/audit.html",
    log:
        "<logs>/write_index.log",
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
        " --metrics {input.metrics} --rates {input.rates} --index {output.index}"
        " --findings {output.findings} --audit {output.audit} --log {log}"


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
    params:
        settings=declare_keys({RUN_FILE: ["audit.level"]}),
    message:
        "Writing the page on the auditor"
    shell:
        "python workflow/scripts/write_auditor.py --rates {input.rates}"
        " --templates {input.templates} --style {input.style} --alarms {output.alarms}"
        " --power {output.power} --page {output.page} --log {log}"


targets += expand("<reports>/{study}/tables.csv", study=config["studies"])
targets += [f"<reports>/{study}/figures/{name}.svg" for study, name in list_figures()]
targets += expand("<reports>/{study}/index.html", study=config["studies"])
targets += expand("<reports>/{name}.html", name=["index", "findings", "audit"])
targets += expand(
    "<reports>/{name}", name=["auditor.html", "auditor_alarms.svg", "auditor_power.svg"]
)
