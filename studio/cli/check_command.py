"""`supernode-studio check`: the design rules; exit code 1 where there is an error or warning."""

from __future__ import annotations

import argparse

from studio.cli.language import Said, add_language, said_in
from studio.cli.loading import add_designs, add_json, load
from studio.cli.output import print_json
from studio.design.finding import Fix
from studio.messages import say
from studio.session.evaluation import evaluate
from studio.session.findings import findings_of
from studio.simulation.rules.explanations import EXPLANATIONS

_SEVERITY = {"error": say("error"), "warning": say("warning"), "info": say("info")}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_designs(parser)
    add_json(parser)
    add_language(parser)


def _fix(fix: Fix | None, said: Said) -> dict[str, object] | None:
    """Return what `--edit` would be given; None as a value takes an entry out."""
    if fix is None:
        return None
    changes = {".".join(path): value for path, value in fix.changes.items()}
    return {"label": said(fix.label), "changes": changes}


def _explanation(rule: str, said: Said) -> str:
    known = EXPLANATIONS.get(rule)
    return f"{said(known.text)} [{said(known.source)}]" if known else ""


def run(arguments: argparse.Namespace) -> int:
    """Check and print the findings."""
    said = said_in(arguments)
    found = {
        text: findings_of(evaluate(load(text, arguments).fabric)) for text in arguments.designs
    }
    if arguments.json:
        print_json(
            [
                {
                    "design": text,
                    "rule": one.rule,
                    "severity": one.severity,
                    "address": one.address,
                    "message": said(one.message),
                    "hint": said(one.hint),
                    "fix": _fix(one.fix, said),
                    "explanation": _explanation(one.rule, said),
                }
                for text, findings in found.items()
                for one in findings
            ]
        )
    else:
        for text, findings in found.items():
            for one in findings:
                severity = said(_SEVERITY[one.severity])
                print(f"{text}: {severity}: {one.address}: {said(one.message)} [{one.rule}]")
            if not findings:
                print(f"{text}: {said(say('no findings'))}")
    serious = any(one.severity != "info" for findings in found.values() for one in findings)
    return 1 if serious else 0
