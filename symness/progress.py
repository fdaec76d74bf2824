"""Progress of what takes long: on stderr of a terminal, or under the cell of a notebook.

Nothing is shown within the first second, where nobody looks (a file, a pipe, a test), or with ``SYMNESS_PROGRESS=0`` in
the environment.  The outermost piece of work owns what is shown; those inside it only say what is under way.
"""

from __future__ import annotations

import contextvars
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

__all__ = ["bar", "step", "watched"]

_DELAY, _PERIOD = 1.0, 0.25  # seconds until something is shown, and between two refreshments
#: the innermost work first says what it does to whatever is shown
_current: Callable[[str], None] | None = None


class _View(Protocol):
    def show(self, label: str, what: str, seconds: float) -> None: ...

    def close(self) -> None: ...


def step(what: str) -> None:
    """Say what is under way, to whatever shows progress; costs nothing where nothing does."""
    if _current is not None:
        _current(what)


@contextmanager
def watched(label: str) -> Iterator[None]:
    """A piece of work that may take long; inside another one it is a step of that.  Also a decorator."""
    if _current is not None:
        step(label)
        yield
        return
    view = _view()
    if view is None:
        yield
        return
    with _reported(_Watch(label, view)):
        yield


@contextmanager
def bar(label: str) -> Iterator[Callable[[int, int, str], None]]:
    """A bar on stderr where that is a terminal; the callable takes steps done, all steps, and what is under way."""
    if _is_off() or not sys.stderr.isatty():
        yield lambda done, total, what: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn(label),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[what]}", markup=False),
        TextColumn("{task.fields[inner]}", markup=False, style="dim"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(label, total=None, what="", inner="")

        def advance(done: int, total: int, what: str) -> None:
            shown.update(task, completed=done, total=total, what=what, inner="")

        with _told(lambda what: shown.update(task, inner=what)):
            yield advance


@contextmanager
def _told(listener: Callable[[str], None]) -> Iterator[None]:
    """Steps go to the listener."""
    global _current
    before, _current = _current, listener
    try:
        yield
    finally:
        _current = before


@contextmanager
def _reported(watch: _Watch) -> Iterator[None]:
    with _told(watch.say):
        watch.start()
        try:
            yield
        finally:
            watch.stop()


class _Watch:
    """Opens the view when the work has taken a second, and refreshes it while the work goes on."""

    def __init__(self, label: str, view: _View) -> None:
        self.label, self.view, self.what = label, view, ""
        self.done = threading.Event()
        # A notebook tells by the context to which cell an output belongs.
        self.thread = threading.Thread(target=contextvars.copy_context().run, args=(self.run,), daemon=True)

    def say(self, what: str) -> None:
        self.what = what

    def start(self) -> None:
        self.began = time.monotonic()
        self.thread.start()

    def run(self) -> None:
        if self.done.wait(_DELAY):
            return
        try:
            while not self.done.wait(_PERIOD):
                self.view.show(self.label, self.what, time.monotonic() - self.began)
        finally:
            self.view.close()

    def stop(self) -> None:
        self.done.set()
        self.thread.join()


def _is_off() -> bool:
    return os.environ.get("SYMNESS_PROGRESS", "").strip().lower() in ("0", "off", "no", "false")


def _view() -> _View | None:
    """How this process can show something; None where nobody looks."""
    if _is_off():
        return None
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if hasattr(shell, "kernel"):
        return _Notebook()
    return _Terminal() if sys.stderr is not None and sys.stderr.isatty() else None


class _Terminal:
    """One line on stderr, which disappears at the end."""

    def __init__(self) -> None:
        self.shown: Any = None

    def show(self, label: str, what: str, seconds: float) -> None:
        if self.shown is None:
            from rich.console import Console
            from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
            self.shown = Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
            self.shown.add_task(label, total=None)
            self.shown.tasks[0].start_time = self.shown.get_time() - seconds
            self.shown.start()
        self.shown.update(self.shown.task_ids[0], description=_line(label, what), refresh=True)

    def close(self) -> None:
        if self.shown is not None:
            self.shown.stop()


class _Notebook:
    """One line under the cell, empty at the end.

    rich would need the package ipywidgets in the notebook's kernel; the display of IPython is there always.
    """

    def __init__(self) -> None:
        self.handle: Any = None
        self.words = ""

    def show(self, label: str, what: str, seconds: float) -> None:
        self._put(f"{_line(label, what)} ({seconds:.0f} s)")

    def close(self) -> None:
        if self.handle is not None:
            self._put("")

    def _put(self, words: str) -> None:
        if words == self.words:
            return
        self.words = words
        from IPython.display import display

        data = {"text/plain": words}
        if self.handle is None:
            self.handle = display(data, raw=True, display_id=True)
        else:
            self.handle.update(data, raw=True)


def _line(label: str, what: str) -> str:
    return f"{label}: {what}" if what else label
