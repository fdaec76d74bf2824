"""Names of intermediates: none may be taken twice within one derivation."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Names"]


@dataclass
class Names:
    """Hands out names that no parameter and no earlier intermediate has."""

    taken: set[str]

    def fresh(self, name: str) -> str:
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name
