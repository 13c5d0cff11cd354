"""The one exception that stands for bad input."""


class InputError(ValueError):
    """Input that a person has to mend; its text is one line that names the place.

    The text says which file, key or row is meant, what was found there and what is allowed.
    """
