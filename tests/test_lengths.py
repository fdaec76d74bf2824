"""Lengths of all closed forms, ours and published, as the file ``lengths.json`` keeps them.

After a change that shortens a form: ``symness derive --stats --json`` shows the new numbers; longer ones are a defect.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from symness import derive

KEPT = json.loads((Path(__file__).parent / "lengths.json").read_text(encoding="utf-8"))
#: outputs that are a root, which the comparison of printed lines cannot tell from its negative
ROOTS = {"J_c", "n"}


def test_every_closed_form_is_kept() -> None:
    found = {name: list(derive.load(name).closed_forms) for name in derive.names()}
    kept = {name: list(forms) for name, forms in KEPT.items()}
    assert kept == {name: forms for name, forms in found.items() if forms}


@pytest.mark.parametrize("name", sorted(KEPT))
def test_lengths_are_those_kept_and_none_is_longer_than_printed(name: str) -> None:
    derivation = derive.load(name)
    for title, kept in KEPT[name].items():
        found = derive.derive(derivation, "CLOSED_FORMS", title)
        assert {"operations": found.operations, "published": found.published} == kept, title
        # A root has two branches in a prime field: where one is printed, the register of claims decides.
        differing = [o for o in found.differing or () if o not in ROOTS]
        assert not differing, f"{title}: {differing} differ from the printed lines"
        if found.published is not None:
            assert found.operations <= found.published, title
