"""How the command line prints an opened figure: one indented line each, inputs with sources."""

from __future__ import annotations

from studio.exploration.explanation.quantities import amount
from studio.simulation.explanation import Input, Line


def print_line(line: Line, depth: int = 0) -> None:
    """Print a line, its inputs and all lines inside."""
    indent = "  " * depth
    said = [f"{indent}{line.label}: {amount(line.value, line.dimension)}"]
    said += [f"= {line.formula}"] if line.formula else []
    said += [f"({line.note})"] if line.note else []
    print("  ".join(said))
    for one in line.inputs:
        print(f"{indent}  · {_said(one)}")
    for inside in line.children:
        print_line(inside, depth + 1)


def _said(one: Input) -> str:
    texts = (one.grade, one.source, one.date, one.url)
    rests_on = ", ".join(text for text in texts if text)
    said = f"{one.label} {amount(one.value, one.dimension)}"
    return f"{said} [{rests_on}]" if rests_on else said
