"""All verdicts in one table, and what they come to: ``python -m redigit.summary``.

Prints how many claims of each study have each verdict. With ``--fail-on`` it ends with status 1 if
any claim has one of the verdicts named, so that a study's own tests can hold it to its numbers.
"""

import argparse
import sys
from pathlib import Path

import pandas as pd

from redigit.errors import InputError
from redigit.tables import read_texts
from redigit.verdicts import VERDICTS

AUDIT = Path("reports/audit.csv")
# Columns of verdicts.csv, and what they are called where all studies stand together.
COLUMNS = {
    **{name: name for name in ("study", "id", "location", "topic", "model", "metric", "printed")},
    **{name: name for name in ("value", "unit", "measured", "low", "high", "n", "k", "rule")},
    **{"margin": "margin", "verdict": "verdict", "sentence": "reason", "evidence": "evidence"},
    "recorded": "recorded",
}


def join_verdicts(files: list[Path]) -> pd.DataFrame:
    """Join the verdicts of studies, ``…/<study>/verdicts.csv``.

    Returns
    -------
    pandas.DataFrame of str
        A line for each claim; numbers stand as they stood.
    """
    printed = tuple(name for name in COLUMNS if name != "study")
    tables = [read_texts(path, printed).assign(study=path.parent.name) for path in files]
    return pd.concat(tables)[list(COLUMNS)].rename(columns=COLUMNS)


def read_lines(files: list[Path]) -> dict[str, dict[str, str]]:
    """Read the verdicts of studies, by the id of the claim: its cells by column."""
    lines = [line for file in files for line in read_texts(file, ("id",)).to_dict("records")]
    return {line["id"]: line for line in lines}


def count_by_study(table: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Count the verdicts of each study, in the order of the closed list; all are named."""
    counts = pd.crosstab(table["study"], table["verdict"]).reindex(columns=VERDICTS, fill_value=0)
    return {
        str(study): {verdict: int(number) for verdict, number in line.items()}
        for study, line in counts.iterrows()
    }


def format_counts(counts: dict[str, dict[str, int]]) -> str:
    """Format counts as a table of text; verdicts that no claim has are left out."""
    table = pd.DataFrame(counts)
    table["all"] = table.sum(axis=1)
    table = table[table["all"] > 0]
    table.loc["claims"] = table.sum()
    return table.to_string()


def main() -> int:
    """Print the table; 1 if a claim has a verdict that is not allowed, 2 if there is no table."""
    parser = argparse.ArgumentParser(prog="python -m redigit.summary", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--fail-on", nargs="+", choices=VERDICTS, default=[], metavar="verdict")
    options = parser.parse_args()
    try:
        if not AUDIT.exists():
            raise InputError(f"{AUDIT}: missing; `snakemake` or `dvc pull` brings it")
        table = read_texts(AUDIT, tuple(COLUMNS.values()))
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(format_counts(count_by_study(table)))
    failed = table[table["verdict"].isin(options.fail_on)]
    for line in failed.itertuples():
        print(f"{line.id}: {line.printed}: {line.verdict}. {line.reason}")
    return int(len(failed) > 0)


if __name__ == "__main__":
    sys.exit(main())
