"""Connected components: which states, coherences and elements of a generator belong together."""

from __future__ import annotations

from typing import Any

__all__ = ["components"]


def components(size: int, connected: Any) -> list[list[int]]:
    """Connected components of a graph, each sorted; ``connected`` is an iterable of pairs."""
    leader = list(range(size))

    def find(i: int) -> int:
        while leader[i] != i:
            leader[i] = leader[leader[i]]
            i = leader[i]
        return i

    for i, j in connected:
        leader[find(i)] = find(j)
    groups: dict[int, list[int]] = {}
    for i in range(size):
        groups.setdefault(find(i), []).append(i)
    return sorted(groups.values())
