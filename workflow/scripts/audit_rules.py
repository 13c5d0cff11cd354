"""Measure on synthetic claims how often each rule of the audit errs."""

from pathlib import Path

from redigit.error_rates import measure_error_rates
from redigit.files import write_json
from redigit.program import run_program
from redigit.settings import RUN_FILE, look_up
from redigit.verdicts import Criteria


def audit_rules(rates: Path) -> None:
    """Measure on synthetic claims how often each rule of the audit errs.

    Parameters
    ----------
    rates : Path
        The rates to be written.
    """
    criteria = Criteria(**look_up(RUN_FILE, "audit"))
    measured = measure_error_rates(look_up(RUN_FILE, "synthetic_claims"), criteria)
    write_json(rates, measured)
    print(f"{measured['claims']} synthetic claims, {len(measured['rules'])} rules")


if __name__ == "__main__":
    run_program(audit_rules)
