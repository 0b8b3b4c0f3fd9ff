"""How the command line prints an opened figure: one indented line each, inputs with sources."""

from __future__ import annotations

from studio.cli.language import Said
from studio.exploration.explanation.quantities import amount
from studio.simulation.explanation import Input, Line
from studio.simulation.words import grade_name


def print_line(line: Line, said: Said, depth: int = 0) -> None:
    """Print a line, its inputs and all lines inside."""
    indent = "  " * depth
    texts = [f"{indent}{said(line.label)}: {amount(line.value, line.dimension)}"]
    texts += [f"= {said(line.formula)}"] if line.formula else []
    texts += [f"({said(line.note)})"] if line.note else []
    print("  ".join(texts))
    for one in line.inputs:
        print(f"{indent}  · {_input(one, said)}")
    for inside in line.children:
        print_line(inside, said, depth + 1)


def _input(one: Input, said: Said) -> str:
    texts = (grade_name(one.grade) if one.grade else "", one.source, one.date, one.url)
    rests_on = ", ".join(said(text) for text in texts if text)
    text = f"{said(one.label)} {amount(one.value, one.dimension)}"
    return f"{text} [{rests_on}]" if rests_on else text
