"""Finds the pattern behind texts that differ only by some named values."""

from collections.abc import Sequence

# A piece of a pattern: (True, name of a value) or (False, literal text).
_Piece = tuple[bool, str]


def find_template(texts: Sequence[str], rows: Sequence[dict[str, str]]) -> str | None:
    """Write texts as one DVC template, in which `${item.name}` stands for a row's value.

    A value that is the same in all rows is only recognised as a whole word, so that a row
    called "1" is not seen in "2x1000".

    Parameters
    ----------
    texts
        One text for each row.
    rows
        The named values; all rows have the same names.

    Returns
    -------
    str or None
        A template that gives each text from its row; None if there is none.
    """
    search = _Search(texts, rows)
    start = (0,) * len(texts)
    waiting: list[tuple[tuple[int, ...], tuple]] = [(start, ())]
    seen = set()
    while waiting:
        positions, trail = waiting.pop()
        if search.is_end(positions):
            return _write_template(trail)
        if positions not in seen:
            seen.add(positions)
            # The last one pushed is tried first.
            for piece, after in search.continue_from(positions):
                waiting.append((after, (trail, piece)))
    return None


def escape(text: str) -> str:
    """Keep DVC from reading `${` in a text as one of its own."""
    return text.replace("${", "\\${")


class _Search:
    """The ways to go on from a place in all texts at once."""

    def __init__(self, texts: Sequence[str], rows: Sequence[dict[str, str]]):
        self._texts = texts
        self._rows = rows
        names = [name for name in rows[0] if all(row[name] for row in rows)]
        # A longer value says more than a shorter one that is part of it.
        self._names = sorted(names, key=lambda name: (len(rows[0][name]), name))
        self._constant = {n for n in names if len({row[n] for row in rows}) == 1}

    def is_end(self, positions: tuple[int, ...]) -> bool:
        return all(at == len(text) for at, text in zip(positions, self._texts, strict=True))

    def continue_from(self, positions: tuple[int, ...]):
        """Give (piece, positions after it), the best one last."""
        letters = {text[at : at + 1] for at, text in zip(positions, self._texts, strict=True)}
        if len(letters) == 1 and letters != {""}:
            yield (False, letters.pop()), tuple(at + 1 for at in positions)
        for name in self._names:
            values = [row[name] for row in self._rows]
            places = list(zip(positions, self._texts, values, strict=True))
            matches = all(text.startswith(value, at) for at, text, value in places)
            if matches and (name not in self._constant or _is_word(*places[0])):
                yield (True, name), tuple(at + len(value) for at, _, value in places)


def _is_word(at: int, text: str, value: str) -> bool:
    """Tell whether a value stands in a text with no letter or digit on either side."""
    before, after = text[at - 1 : at], text[at + len(value) : at + len(value) + 1]
    return not before.isalnum() and not after.isalnum()


def _write_template(trail: tuple) -> str:
    """Join the pieces, which come as (earlier pieces, last piece)."""
    pieces: list[_Piece] = []
    while trail:
        trail, piece = trail
        pieces.append(piece)
    pieces.reverse()
    parts: list[str] = []
    literal = ""
    for is_value, text in pieces:
        if is_value:
            parts += [escape(literal), f"${{item.{text}}}"]
            literal = ""
        else:
            literal += text
    return "".join([*parts, escape(literal)])
