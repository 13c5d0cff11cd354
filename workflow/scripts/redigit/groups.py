"""What groups of pairs ask of the other settings; apart, since pandas is slow to load."""

from redigit.settings import Settings
from redigit.validation import Problem


def find_groups_problem(settings: Settings) -> Problem | None:
    """Find whether the training pairs of the kind `pairs` can be divided in their groups."""
    stratified = settings["scheme"] == "stratified"
    divisor = settings["groups"] * (100 if stratified else 1)
    if settings["train"] % divisor == 0:
        return None
    return ["train"], f"found {settings['train']}; allowed are multiples of {divisor} in groups"
