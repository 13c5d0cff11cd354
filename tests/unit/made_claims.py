"""Claims and criteria that tests judge."""

from redigit.claims import Claim
from redigit.verdicts import Criteria

CRITERIA = Criteria(level=0.95, margin_points=0.5, margin_error_share=0.1)


def make_claim(value, digits=4, unit="share", rule="accuracy_same_test", **more):
    """Make a claim of study ``t``."""
    columns = {
        "study": "t",
        "id": "t-claim",
        "location": "Table 1",
        "topic": "mlp",
        "model": "2 layers of 10",
        "metric": "test_accuracy",
        "printed": f"{value:.{digits}f}",
        "value": value,
        "digits": digits,
        "unit": unit,
        "quantity": "t/mlp/small/test_accuracy",
        "rule": rule,
        "margin": None,
        "context": "some words",
    }
    return Claim(**columns | more)
