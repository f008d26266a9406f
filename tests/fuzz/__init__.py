"""Fuzzing of what reads mail: `make fuzz` (__main__.py). Outside of the suite; what it found is in shapes and tests."""
