"""The library that redigit's programs share."""
