"""The report. Needs metrics, predictions and verdicts; makes tables, figures and pages."""

from redigit.jobs import (
    declare_exhibit,
    declare_figure,
    list_exhibits,
    list_figure_data,
    list_table_metrics,
    match_any,
)
from redigit.settings import RUN_FILE, declare_keys, study_file

TEMPLATES = sorted(str(path) for path in Path("workflow/templates").iterdir())


rule render_table:
    input:
        program=import_closure("workflow/scripts/render_table.py"),
        metrics=lambda wc: list_table_metrics(wc.study, wc.table),
        verdicts="<reports>/{study}/verdicts.csv",
    output:
        table="<reports>/{study}/tables/{table}.csv",
    log:
        "<logs>/render_table/{study}/{table}.log",
    wildcard_constraints:
        study=match_any(config["studies"]),
    params:
        settings=lambda wc: declare_exhibit(wc.study, f"tables.{wc.table}"),
    message:
        "Rendering {wildcards.study}/{wildcards.table}"
    shell:
        "python workflow/scripts/render_table.py {wildcards.study}/{wildcards.table}"
        " --metrics {input.metrics} --verdicts {input.verdicts}"
        " --table {output.table} --log {log}"


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
        # The page lists the comments marked ASSUME, so it depends on the file, not on keys.
        assumptions="studies/{study}/params.yaml",
        tables=lambda wc: [
            f"<reports>/{study}/tables/{name}.csv"
            for study, name in list_exhibits("tables", wc.study)
        ],
        figures=lambda wc: [
            f"<reports>/{study}/figures/{name}.svg"
            for study, name in list_exhibits("figures", wc.study)
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
        " --tables {input.tables} --figures {input.figures} --verdicts {input.verdicts}"
        " --page {output.page} --log {log}"


rule write_index:
    input:
        program=import_closure("workflow/scripts/write_index.py"),
        templates=TEMPLATES,
        summaries=expand("<metrics>/{study}/verdicts.json", study=config["studies"]),
    output:
        page="<reports>/index.html",
    log:
        "<logs>/write_index.log",
    params:
        settings=declare_keys(
            {RUN_FILE: ["scale"]}
            # The page says whether the scale makes any experiment smaller.
            | {study_file(study): ["title", "experiments"] for study in config["studies"]}
        ),
    message:
        "Writing the front page"
    shell:
        "python workflow/scripts/write_index.py index --templates {input.templates}"
        " --summaries {input.summaries} --page {output.page} --log {log}"


targets += [f"<reports>/{study}/tables/{name}.csv" for study, name in list_exhibits("tables")]
targets += [f"<reports>/{study}/figures/{name}.svg" for study, name in list_exhibits("figures")]
targets += expand("<reports>/{study}/index.html", study=config["studies"])
targets.append("<reports>/index.html")
