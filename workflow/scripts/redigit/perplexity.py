"""What the perplexity of t-SNE asks of the other settings; apart, since t-SNE is slow to load."""

from math import ceil

from redigit.settings import Settings
from redigit.validation import Problem


def find_points_problem(settings: Settings) -> Problem | None:
    """Find whether a map of the kind `tsne` has enough points for its perplexity."""
    points, least = settings["points"], ceil(3 * settings["perplexity"]) + 1
    if points >= least:
        return None
    return ["points"], f"found {points}; allowed with this perplexity is {least} or more"
