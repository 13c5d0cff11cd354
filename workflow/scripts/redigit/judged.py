"""Claims with their verdicts, as the pages read and show them."""

from pathlib import Path
from typing import Any

import pandas as pd

from redigit.errors import InputError
from redigit.marks import VERDICTS, list_verdicts
from redigit.tables import read_texts
from redigit.wording import DECIMALS, UNITS, format_number, format_spread

CLAIM_COLUMNS = (
    *("id", "location", "topic", "model", "metric", "printed", "value", "unit", "quantity"),
    *("rule", "margin", "context", "verdict", "measured", "sd", "low", "high", "k", "n"),
    *("values", "statistic", "evidence", "evidence_sha256", "recorded", "sentence"),
)


def read_claims(path: Path) -> pd.DataFrame:
    """Read a study's claims, each with a verdict of the closed list."""
    claims = read_texts(path, CLAIM_COLUMNS)
    for claim in claims.to_dict("records"):
        if claim["verdict"] not in VERDICTS:
            found = f"claim {claim['id']}: found verdict {claim['verdict']!r}"
            raise InputError(f"{path}: {found}; allowed: {list_verdicts()}")
    repeated = claims["id"][claims["id"].duplicated()]
    if not repeated.empty:
        raise InputError(f"{path}: claim {repeated.iloc[0]} stands twice")
    return claims


def describe_claim(claim: dict[str, str]) -> dict[str, Any]:
    """Format a claim's numbers, and find what it is about.

    Besides the columns of a claim there are ``targets``, the metrics and settings that it is
    about, and ``others``, the claims that it is compared with.
    """
    like, least = claim["printed"], DECIMALS.get(claim["unit"], 4)
    numbers = {
        name: format_number(claim[name], like, least)
        for name in ("measured", "low", "high", "margin")
    }
    names = claim["quantity"].split()
    return {
        **claim,
        **numbers,
        "sd": format_spread(claim["sd"], like, least),
        "unit": "" if like.endswith("%") else UNITS.get(claim["unit"], ""),
        "targets": [name for name in names if "/" in name],
        "others": [name for name in names if "/" not in name],
    }
