"""The rules, one file each. A new file here is a new rule: it holds one `RULE`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from tinytutor.review.findings import Rule


class UnknownRuleError(LookupError):
    """A code or name that no rule has."""


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by its code."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    rules = [importlib.import_module(f"{__name__}.{name}").RULE for name in names]
    return tuple(sorted(rules, key=lambda rule: rule.code))


def rule_called(text: str) -> Rule:
    """The rule with this code or name. Raises UnknownRuleError."""
    wanted = text.strip().lower()
    for rule in all_rules():
        if wanted in (rule.code.lower(), rule.name):
            return rule
    import difflib  # noqa: PLC0415  only for a mistyped code

    known = [name for rule in all_rules() for name in (rule.code, rule.name)]
    close = difflib.get_close_matches(text, known, n=1, cutoff=0.4)
    advice = f"Did you mean {close[0]!r}? " if close else ""
    raise UnknownRuleError(
        f"there is no rule {text!r}. {advice}`tinytutor review --explain all` lists them."
    )
