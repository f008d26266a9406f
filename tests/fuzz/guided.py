"""The coverage-guided half: atheris (libFuzzer) over everything that reads mail. Started by __main__.py."""

import sys

import atheris

with atheris.instrument_imports(include=["channels"]):
    from tests.fuzz.checks import checked


def one(data):
    checked(bytes(data))


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
