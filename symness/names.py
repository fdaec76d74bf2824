"""Names of intermediates: none may be taken twice within one derivation.  Labels of states, in names and in LaTeX."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Names", "spelled", "subscript"]


@dataclass
class Names:
    """Hands out names that no parameter and no earlier intermediate has."""

    taken: set[str]

    def fresh(self, name: str) -> str:
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name


def spelled(labels: Sequence[str]) -> list[str]:
    """Labels of states as parts of Python names: ``+`` and ``-`` in words, other signs left out.

    Numbers from 1 where nothing is left or two of them would be the same.
    """
    words = [label.replace("+", "plus").replace("-", "minus") for label in labels]
    found = [re.sub(r"\W+", "", word) for word in words]
    return found if all(found) and len(set(found)) == len(found) else [str(k + 1) for k in range(len(labels))]


def subscript(first: str, second: str) -> str:
    """Indices of an element in LaTeX; words stand upright, and a comma where one label would run into the other."""
    shown = [rf"\mathrm{{{label}}}" if label.isalpha() and len(label) > 1 else label for label in (first, second)]
    return "".join(shown) if len(first) == len(second) == 1 else ",".join(shown)
