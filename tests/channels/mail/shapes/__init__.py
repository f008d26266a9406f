"""The corpus of broken and hostile mail, by what is wrong with it (shape.py says how to read a table)."""

from dataclasses import replace
from importlib import import_module

KINDS_TABLE = """
    boundaries charsets transfer encoded_words header_fields addresses dates structures sealed markup files bombs
"""
KINDS = KINDS_TABLE.split()
SHAPES = [
    replace(shape, name=f"{kind}: {shape.name}")
    for kind in KINDS
    for shape in import_module(f"{__name__}.{kind}").SHAPES
]
