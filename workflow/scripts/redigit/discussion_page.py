"""What we make of a study's verdicts, as its page shows it."""

import re
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from redigit.discussion import MARKDOWN, split_references
from redigit.judged import describe_claim


def describe_findings(
    files: Iterable[Path], claims: pd.DataFrame, in_short: bool = False
) -> list[dict[str, Any]]:
    """Describe what is made of a study's verdicts, piece by piece.

    Parameters
    ----------
    files : iterable of Path
        As `list_findings` names them.
    claims : DataFrame
        The study's claims with their verdicts, as `redigit.judged.read_claims` gives them.
    in_short : bool
        Only what stands before the first heading.

    Returns
    -------
    list of dict
        Pieces of HTML as ``html``, and between them claims as ``claim``, with ``verdict``, and
        ``before``, the verdict that was read where that was another.
    """
    known = {claim["id"]: claim for claim in claims.to_dict("records")}
    pieces: list[dict[str, Any]] = []
    for path in files:
        text = path.read_text()
        if in_short:
            text = re.split(r"^#", text, maxsplit=1, flags=re.MULTILINE)[0]
        # Headings of the page come first.
        text = re.sub(r"^#", "###", text, flags=re.MULTILINE)
        for part in split_references(MARKDOWN.render(text)):
            if isinstance(part, str):
                pieces.append({"html": part})
            elif part.number:
                pieces.append({"html": quote_number(known[part.claim], part.number)})
            else:
                now = known[part.claim]["verdict"]
                before = part.verdict if part.verdict != now else ""
                pieces.append({"claim": part.claim, "verdict": now, "before": before})
    return pieces


def quote_number(claim: dict[str, str], name: str) -> str:
    """Write a number of a claim: as it is printed, or as it was measured, with its spread."""
    described = describe_claim(claim)
    if name == "printed":
        return escape(claim["printed"])
    return f"{described['measured']}{described['sd']}" if claim["measured"] else "(not measured)"
