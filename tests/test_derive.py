"""Derivation files: what is found and loaded, whose mistake an error is, what is derived and counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from symness import blame, derive
from symness.errors import ModelError
from symness.formula import Formula
from symness.stamps import comparable, read_stamp, stamped

#: A single level that exchanges particles with one bath, in the words of a user.
LEVEL = '''"""A single level and one bath.

More about it."""
import symness as sn

omega, gamma, T = sn.parameters("omega gamma T", positive=True)
level = sn.levels("d", 2)


def state():
    bath = sn.Bath("1", level.transition(0, 1), rate=gamma, temperature=T)
    return sn.steady_state(sn.redfield(sn.Model(omega * level.projector(1), baths=[bath])))


def closed_form():
    return state().closed_form


MODULES = {"level": closed_form}
'''


def user_file(folder: Path, text: str, name: str = "mine.py") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def level_file(folder: Path, extra: str = "") -> Path:
    return user_file(folder, LEVEL + extra)


def error_of(path: Path, kind: str = "MODULES") -> str:
    """The message that loading the file and deriving its first formula ends with."""
    with pytest.raises(derive.DerivationError) as caught:
        _derive_first(path, kind)
    return str(caught.value)


def _derive_first(path: Path, kind: str) -> None:
    derivation = derive.load(path)
    derive.derive(derivation, kind, next(iter(derivation.recipes(kind))))


# -- finding and loading ---------------------------------------------------------------------------


def test_names_are_the_files_that_come_with_the_package() -> None:
    assert "wang2019" in derive.names()
    assert derive.names() == sorted(derive.names())


@pytest.mark.parametrize("name", derive.names())
def test_packaged_derivations_load(name: str) -> None:
    derivation = derive.load(name)
    assert derivation.name == name
    assert derivation.packaged
    assert derivation.doc
    assert set(derivation.published) <= set(derivation.closed_forms)
    assert derive.outline(name) == derive.Outline(name, derivation.doc.splitlines()[0], tuple(derivation.modules))


def test_users_file_by_path(tmp_path: Path) -> None:
    derivation = derive.load(level_file(tmp_path))
    assert (derivation.name, derivation.packaged) == ("mine", False)
    assert list(derivation.modules) == ["level"]
    assert derivation.closed_forms == derivation.published == derivation.ranges == {}
    assert [path.name for path in tmp_path.iterdir()] == ["mine.py"], "no compiled files beside a user's file"


def test_users_file_may_import_its_neighbour(tmp_path: Path) -> None:
    user_file(tmp_path, LEVEL, "neighbour_of_mine.py")
    path = user_file(tmp_path, "from neighbour_of_mine import MODULES")
    assert list(derive.load(path).modules) == ["level"]


def test_users_file_may_define_a_dataclass(tmp_path: Path) -> None:
    extra = "from __future__ import annotations\nfrom dataclasses import dataclass\n"
    loaded = derive.load(user_file(tmp_path, extra + LEVEL + "\n@dataclass\nclass Case:\n    size: int = 1\n"))
    assert list(loaded.modules) == ["level"]


def test_outline_reads_what_it_can_and_runs_what_it_must(tmp_path: Path) -> None:
    slow = level_file(tmp_path, "raise RuntimeError('run')\n")
    assert derive.outline(slow) == derive.Outline("mine", "A single level and one bath.", ("level",))
    computed = level_file(tmp_path, "MODULES = {f'level_{k}': closed_form for k in range(2)}\n")
    assert derive.outline(computed).modules == ("level_0", "level_1")
    typed = (
        level_file(tmp_path, "MODULES: dict = {'a': closed_form}\n")
        .read_text()
        .replace('MODULES = {"level"', 'x = {"l"')
    )
    assert derive.outline(user_file(tmp_path, typed)).modules == ("a",)
    changed = level_file(tmp_path, "MODULES['more'] = closed_form\n")
    assert derive.outline(changed).modules == ("level", "more")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("wang2091", "did you mean 'wang2019'"),
        ("", "no such derivation"),
        ("nothing.py", "no such file"),
        ("no/where", "no such file"),
        ("./", "a folder"),
        ("no", "a folder"),
        ("two\nlines.py", "cannot be printed; rename the file"),
        ("byte\udcff.py", "cannot be printed; rename the file"),
    ],
)
def test_what_is_not_there(name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "no").mkdir()
    with pytest.raises(derive.UnknownDerivationError, match="NAME") as caught:
        derive.load(name)
    assert said in str(caught.value)


def test_a_name_beside_a_file_of_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    level_file(tmp_path)
    with pytest.raises(derive.UnknownDerivationError, match=r"pass its path, 'mine\.py'"):
        derive.load("mine")


# -- mistakes of users -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = (\n", "mine.py:1: syntax error: '(' was never closed"),
        ("a = 1\nb = 1 / 0\n", "mine.py:2: ZeroDivisionError"),
        ("import nothing_of_that_name\n", "mine.py:1: ModuleNotFoundError"),
        ("import sys\nsys.exit(3)\n", "mine.py:2: calls exit(3)"),
        ("x = '\0'\n", "mine.py: syntax error"),
        ("x = 1\n", "mine.py: defines no MODULES"),
        ("MODULES = {}\n", "mine.py: defines no MODULES"),
        ("MODULES = [1]\n", "MODULES is list; pass a dict"),
        ("MODULES = {'a': 3}\n", "MODULES['a'] is int (3)"),
        (
            "def a(T): pass\nMODULES = {'a': a}\n",
            "MODULES['a'] is function; pass, for a name, a callable without arguments",
        ),
        ("MODULES = {3: print}\n", "MODULES[3]"),
        ("MODULES = {'../a': print}\n", "MODULES['../a'] names a Python file"),
        ("MODULES = {'__init__': print}\n", "MODULES['__init__'] names a Python file"),
        ("MODULES = {'a': print}\nCLOSED_FORMS = {'b': 1}\n", "CLOSED_FORMS['b'] is int (1)"),
        ("MODULES = {'a': print}\nPUBLISHED = {'b': 1}\n", "PUBLISHED['b'] belongs to no closed form"),
        ("MODULES = {'a': print}\nRANGES = {'b': (2, 1)}\n", "RANGES['b'] is tuple ((2, 1))"),
        ("MODULES = {'a': lambda: 3}\n", "mine.py:1: MODULES['a'] returns int; return a Formula"),
        ("def a():\n    return nothing\nMODULES = {'a': a}\n", "mine.py:2: MODULES['a']: NameError"),
        ("import sympy\nMODULES = {'a': lambda: sympy.Matrix([[1], [1, 2]])}\n", "mine.py:2: MODULES['a']: ValueError"),
        (LEVEL + "MODULES = {'a': state}\n", "MODULES['a'] returns SteadyState; return a Formula: sn.formula(state,"),
        (LEVEL.replace("projector(1)", "transition(0, 1)"), "mine.py:12: MODULES['level']: Model: H is not Hermitian"),
        (LEVEL.replace("sn.redfield", "sn.redfeild"), "mine.py:12: MODULES['level']: AttributeError: module 'symness'"),
        (LEVEL.replace(", rate=gamma", ""), "mine.py:11: MODULES['level']: TypeError: "),
    ],
)
def test_mistakes_are_told_with_the_place(text: str, said: str, tmp_path: Path) -> None:
    assert said in error_of(user_file(tmp_path, text))


def test_a_defect_of_symness_is_not_taken_for_a_users_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = level_file(tmp_path)

    def defect(error: Exception) -> type[BaseException]:
        def broken(*_: object, **__: object) -> None:
            raise error

        # The frame that fails has to lie in symness, as a defect would.
        code = broken.__code__.replace(co_filename=str(Path(blame.__file__).with_name("steady.py")), co_firstlineno=1)
        broken.__code__ = code
        monkeypatch.setattr("symness.steady.steady_state", broken)
        monkeypatch.setitem(__import__("symness").__dict__, "steady_state", broken)
        with pytest.raises(Exception, match="oops") as caught:
            derive.derive(derive.load(path), "MODULES", "level")
        return caught.type

    assert defect(ZeroDivisionError("oops")) is ZeroDivisionError
    assert defect(TypeError("oops")) is TypeError, "not from a raise statement of that file"
    assert defect(ModelError("oops")) is derive.DerivationError


def test_a_packaged_file_that_fails_is_a_defect_unless_the_model_is_refused(tmp_path: Path) -> None:
    def refuse() -> Formula:
        raise ModelError("H is odd")

    derivation = derive.Derivation("paper", tmp_path, {"bad": refuse, "worse": lambda: 1 / 0})
    with pytest.raises(derive.DerivationError, match=r"paper: MODULES\['bad'\]: H is odd"):
        derive.derive(derivation, "MODULES", "bad")
    with pytest.raises(ZeroDivisionError):
        derive.derive(derivation, "MODULES", "worse")


# -- deriving --------------------------------------------------------------------------------------


def test_formulas_are_derived_named_and_counted(tmp_path: Path) -> None:
    path = level_file(tmp_path, "CLOSED_FORMS = {'one level': closed_form}\nPUBLISHED = {'one level': 7}\n")
    derivation = derive.load(path)
    (module,), (closed,) = derive.modules(derivation), derive.closed_forms(derivation)
    assert module.formula.name == module.title == "level"
    assert (closed.title, closed.published, closed.differing) == ("one level", 7, None)
    assert closed.operations == closed.formula.count_ops() >= closed.executed
    assert closed.seconds > 0


def test_published_lines_are_counted_and_compared(tmp_path: Path) -> None:
    right = "PUBLISHED = {'one': {'n': 'bose(omega, T, 0)', 'rho_22': 'n/(1 + 2*n)', 'rho_11': '(1 + n)/(1 + 2*n)'}}\n"
    forms = "CLOSED_FORMS = {'one': closed_form}\n"
    (closed,) = derive.closed_forms(derive.load(level_file(tmp_path, forms + right)))
    assert closed.published == 8
    assert closed.differing == ()
    (closed,) = derive.closed_forms(derive.load(level_file(tmp_path, forms + right.replace("(1 + n)", "(2 + n)"))))
    assert closed.differing == ("rho_11",)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("lambda formula: 'x'", "is an integer, not 'x'"),
        ("lambda formula: 1 / 0", "mine.py:21: PUBLISHED['one']: ZeroDivisionError"),
        ("{'a': '1 +'}", "'1 +'"),
        ("lambda: 3", "a callable of the Formula"),
    ],
)
def test_published_counts_that_are_none(given: str, said: str, tmp_path: Path) -> None:
    path = level_file(tmp_path, f"CLOSED_FORMS = {{'one': closed_form}}\nPUBLISHED = {{'one': {given}}}\n")
    message = error_of(path, "CLOSED_FORMS")
    assert "PUBLISHED['one']" in message
    assert said in message


def test_wang2019_is_no_longer_than_the_paper_and_the_same() -> None:
    for closed in derive.closed_forms(derive.load("wang2019")):
        if closed.published is not None:
            assert closed.operations <= closed.published, closed.title
            assert closed.differing == (), closed.title


def test_ranges_go_to_the_formulas_that_have_the_parameter(tmp_path: Path) -> None:
    derivation = derive.load(level_file(tmp_path, "RANGES = {'T': (1, 2)}\n"))
    formulas = [item.formula for item in derive.modules(derivation)]
    assert derive.ranges_for(derivation, formulas[0], formulas) == {"T": (1, 2)}
    derivation = derive.load(level_file(tmp_path, "RANGES = {'tee': (1, 2)}\n"))
    with pytest.raises(
        derive.DerivationError, match=r"RANGES\['tee'\] is a parameter of no module; pass one of T, gamma"
    ):
        derive.ranges_for(derivation, formulas[0], formulas)


def test_ranges_that_depend_on_the_point_are_checked(tmp_path: Path) -> None:
    extra = "RANGES = {'T': lambda point: (1, point['omega']), 'omega': lambda point: 3}\n"
    derivation = derive.load(level_file(tmp_path, extra))
    formulas = [item.formula for item in derive.modules(derivation)]
    ranges = derive.ranges_for(derivation, formulas[0], formulas)
    assert ranges["T"]({"omega": 2.0}) == (1, 2.0)
    with pytest.raises(derive.DerivationError, match=r"RANGES\['omega'\] returns 3; return \(low, high\)"):
        ranges["omega"]({})


def test_one_module_has_one_derivation(tmp_path: Path) -> None:
    derivation = derive.load(level_file(tmp_path))
    assert derive.jobs([derivation]) == {"level": derivation}
    with pytest.raises(derive.DerivationError, match="also defined"):
        derive.jobs([derivation, derivation])


def test_source_names_its_derivation_and_no_path(tmp_path: Path) -> None:
    source = derive.source(derive.load(level_file(tmp_path)), "level")
    assert '"derivation": "mine"' in source
    assert str(tmp_path) not in source
    assert source == derive.source(derive.load(level_file(tmp_path)), "level")


# -- marks -----------------------------------------------------------------------------------------


def test_marks_tell_edited_files() -> None:
    text = stamped("x = 1\n", "mine")
    mark = read_stamp(text)
    assert mark is not None
    assert (mark.derivation, mark.intact) == ("mine", True)
    edited = read_stamp(text.replace("x = 1", "x = 2"))
    assert edited is not None
    assert not edited.intact
    assert read_stamp("x = 1\n") is None
    assert read_stamp("") is None


def test_versions_are_not_compared_and_everything_else_is() -> None:
    text = (
        'SOURCE = {\n    "digest": "1",\n    "sympy": "1.13",\n    "python-flint": "0.7",\n    "symness": "0.1",\n}\n'
    )
    other = text.replace("1.13", "1.14").replace("0.7", "0.8").replace("0.1", "0.2")
    assert comparable(stamped(text, "a")) == comparable(other)
    assert comparable(text) != comparable(text.replace('"digest": "1"', '"digest": "2"'))
