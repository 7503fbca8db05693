"""Every rule catches its bad fixture and passes its good one, and is explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.review.folders import FIXTURES, review, write_course
from tinytutor.review.findings import Rule
from tinytutor.review.rules import UnknownRuleError, all_rules, rule_called

RULES = all_rules()
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.code}-{rule.name}")


def codes(folder: Path, *, run: bool) -> set[str]:
    found = review(folder, run=run)
    return {finding.code for module in found.modules for finding in module.findings}


@each_rule
def test_a_rule_catches_its_bad_fixture(rule: Rule, tmp_path: Path) -> None:
    assert rule.code in codes(tmp_path, run=write_course(tmp_path, rule.code, "bad"))


@each_rule
def test_a_rule_passes_its_good_fixture(rule: Rule, tmp_path: Path) -> None:
    assert rule.code not in codes(tmp_path, run=write_course(tmp_path, rule.code, "good"))


def test_every_rule_has_a_fixture_and_no_fixture_lacks_its_rule() -> None:
    assert {path.stem for path in FIXTURES.glob("*.txt")} == {rule.code for rule in RULES}


def test_codes_and_names_belong_to_one_rule() -> None:
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)


@each_rule
def test_a_rule_says_all_that_it_must(rule: Rule) -> None:
    for words in (rule.what, rule.why, rule.fix, rule.blind):
        assert words[0].isupper() or words[0] in "`/"
        assert words.rstrip().endswith((".", "?", "`."))
    assert rule.example.strip()
    assert rule.hours >= 0
    assert rule_called(rule.code.lower()) is rule
    assert rule_called(rule.name) is rule


def test_a_mistyped_rule_is_answered_with_a_near_one() -> None:
    with pytest.raises(UnknownRuleError, match="RV304"):
        rule_called("RV3O4")
