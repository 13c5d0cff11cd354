"""Quantities that several studies print, declared in studies/between.yaml.

They are compared by `redigit.findings`.
"""

from collections.abc import Sequence
from pathlib import Path

from redigit.claims import claims_file, read_claims
from redigit.errors import InputError
from redigit.settings import STUDIES, Settings, look_up, read_params
from redigit.validation import SCHEMAS, check_value

FILE = STUDIES / "between.yaml"


def read_comparisons(studies: Sequence[str], file: Path = FILE) -> dict[str, Settings]:
    """Read the comparisons, by name, of which a run holds all studies."""
    comparisons = look_up(file, "comparisons")
    return {
        name: comparison
        for name, comparison in comparisons.items()
        if all(name_study(claim) in studies for claim in comparison["claims"])
    }


def name_study(claim: str) -> str:
    """Name the study of a claim by its id."""
    return claim.split("-")[0]


def check_comparisons(studies: Sequence[str]) -> None:
    """Check the comparisons; raise InputError at the first problem."""
    check_value(SCHEMAS / "between.yaml", FILE, "", read_params(FILE))
    for name, comparison in read_comparisons(studies).items():
        place = f"{FILE}: comparisons.{name}"
        for claim in comparison["claims"]:
            study = name_study(claim)
            printed = read_claims(claims_file(study), study, SCHEMAS / "claims.yaml")
            if claim not in {known.id for known in printed}:
                raise InputError(f"{place}.claims: found {claim}, not in {claims_file(study)}")
        if len({name_study(claim) for claim in comparison["claims"]}) < 2:
            raise InputError(f"{place}.claims: found one study; allowed are two or more")
