"""The library that redigit's programs share."""

import sys

# Python takes a compiled module for current by the time and size of its source, while both engines
# go by its content: a module edited under its old time would be recorded as new and run as old.
sys.dont_write_bytecode = True
