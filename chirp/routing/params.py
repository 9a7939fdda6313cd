"""The converters of path parameters: the shared ones of the path grammar, under the name applications know."""

from chirp_check.grammar.path import CONVERTERS, Converter

__all__ = ["CONVERTERS", "Converter", "convert_param"]


def convert_param(value: str, param_type: str) -> str | int | float:
    """Convert decoded text; ValueError when it does not fit or there is no such converter."""
    converter = CONVERTERS.get(param_type)
    if converter is None:
        raise ValueError(f"no converter {param_type!r}")
    return converter.convert(value)
