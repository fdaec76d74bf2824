"""The command line: what it prints, writes and refuses, and with which status it ends."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from systems import hearing_interrupts
from test_derive import LEVEL, level_file, user_file

import symness
from symness import cli_files, derive
from symness.cli import main
from symness.stamps import read_stamp, stamped

PROGRAM = [sys.executable, "-m", "symness.cli"]
TWO = "MODULES = {'level': closed_form, 'second': closed_form}\nCLOSED_FORMS = {'one level': closed_form}\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test works in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str | Path, status: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == status, result.output
    return result


def refused(*arguments: str | Path, status: int) -> str:
    """The one line on stderr that a mistake is answered with."""
    result = run(*arguments, status=status)
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("symness: ")
    return line


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(symness.__file__).parents[1]), *sys.path])}


def shell(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PROGRAM, *arguments], capture_output=True, text=True, env=environment(), **options)


# -- the program ---------------------------------------------------------------------------------


def test_version_and_help() -> None:
    assert run("--version").stdout == f"symness {symness.__version__}\n"
    assert "generate" in run("--help").stdout
    assert "--check" in run("generate", "--help").stdout


def test_without_a_command_it_shows_help_and_fails() -> None:
    result = run(status=2)
    assert result.stdout == ""
    assert "Commands:" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "No such command 'nothing'"),
        (["derive", "wang2091"], "did you mean 'wang2019'"),
        (["verify", "nothing.py"], "'nothing.py': no such file"),
        (["derive", "--nonsense"], "'--nonsense'"),
        (["derive", "wang2019", "more"], "unexpected extra argument (more)"),
        (["verify", "--points", "0"], "'--points': 0 is not in the range 1<=x<=1000000"),
        (["verify", "--points", "9" * 20], "is not in the range 1<=x<=1000000"),
        (["list", "long" * 100], "File name too long"),
        (["verify", "--points", "many"], "'many' is not a valid integer"),
        (["verify", "--digits", "3"], "'--digits'"),
        (["generate", "--check", "--force"], "leave out --force"),
        (["latex", "--json", "--standalone"], "leave out --standalone"),
    ],
)
def test_wrong_calls(arguments: list[str], said: str) -> None:
    assert said in refused(*arguments, status=2)


@pytest.mark.parametrize("command", ["derive", "generate", "verify", "latex"])
def test_a_model_that_is_not_well_defined(command: str, folder: Path) -> None:
    path = user_file(folder, LEVEL.replace("projector(1)", "transition(0, 1)"))
    assert "mine.py:12: MODULES['level']: Model: H is not Hermitian" in refused(command, path, status=1)


def test_errors_reach_a_caller_who_asks_for_them() -> None:
    with pytest.raises(derive.UnknownDerivationError):
        main(["derive", "wang2091"], standalone_mode=False)
    assert main(["list"], standalone_mode=False) == 0


def test_a_defect_is_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(derive, "outline", broken)
    with pytest.raises(RuntimeError, match="a defect"):
        run("list")


def test_warnings_are_one_line(folder: Path) -> None:
    path = level_file(folder, "import warnings\nwarnings.warn('cold\\nbath')\nMODULES = dict(MODULES)\n")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert run("list", path).stderr == "symness: warning: cold bath\n"


def test_list_and_version_do_not_wait_for_the_engine() -> None:
    code = "import sys; from symness.cli import main; main(['list'], standalone_mode=False); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True)
    assert not {"sympy", "numpy", "flint", "rich", "jinja2"} & set(done.stdout.splitlines()[-1].split())


def test_a_reader_that_leaves_early_is_no_error() -> None:
    with subprocess.Popen(
        [*PROGRAM, "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


# -- list, derive, latex -------------------------------------------------------------------------


def test_list() -> None:
    assert "wang2019: Two coupled qubits" in run("list").stdout
    found = json.loads(run("list", "--json").stdout)
    assert [item["name"] for item in found] == derive.names()
    assert "wang2019_boson" in found[derive.names().index("wang2019")]["modules"]


def test_derive_prints_formulas_with_their_origin_and_length(folder: Path) -> None:
    text = run("derive", level_file(folder, TWO + "PUBLISHED = {'one level': 9}\n")).stdout
    assert text.startswith("mine: A single level and one bath.")
    for said in ("rho_11 = ", "where\n", "generator: redfield", "golden-rule rate", "(published: 9)", "as a program"):
        assert said in text
    assert "\nsecond\n" not in text
    assert "\nsecond\n" in run("derive", "mine.py", "--modules").stdout
    stats = run("derive", "mine.py", "--stats").stdout
    assert "rho_11" not in stats
    assert "one level" in stats


def test_derive_for_programs(folder: Path) -> None:
    (group,) = json.loads(run("derive", level_file(folder, TWO), "--json").stdout)
    (formula,) = group["formulas"]
    assert (group["derivation"], formula["title"]) == ("mine", "one level")
    assert formula["parameters"] == ["omega", "gamma", "T"]
    assert set(formula["outputs"]) == {"rho_11", "rho_22"}
    assert formula["provenance"]["generator"] == "redfield"
    (group,) = json.loads(run("derive", "mine.py", "--json", "--stats").stdout)
    assert set(group["formulas"][0]) == {"title", "operations", "published", "differing", "executed", "seconds"}


def test_a_file_without_closed_forms_shows_its_modules(folder: Path) -> None:
    assert "rho_11 = " in run("derive", level_file(folder)).stdout


def test_latex_to_stdout_and_to_a_file(folder: Path) -> None:
    text = run("latex", level_file(folder, TWO)).stdout
    assert text.count(r"\begin{align}") == text.count(r"\end{align}") > 0
    assert r"\label{eq:mine_one_level:rho_11}" in text
    assert "documentclass" not in text
    both = run("latex", "mine.py", "--modules", "--standalone", "--macros", "-o", "paper.tex")
    assert both.stdout == ""
    written = Path("paper.tex").read_text()
    assert r"\begin{document}" in written
    assert written.count(r"\begingroup") == written.count(r"\endgroup")
    labels = [line.split(r"\label{")[1].split("}")[0] for line in written.splitlines() if r"\label{" in line]
    assert len(set(labels)) == len(labels) > 0
    assert sorted(path.name for path in folder.iterdir()) == ["mine.py", "paper.tex"]
    (item,) = json.loads(run("latex", "mine.py", "--json").stdout)
    assert item["latex"] == text


def test_latex_does_not_overwrite_what_it_did_not_write(folder: Path) -> None:
    level_file(folder, TWO)
    paper = user_file(folder, "my paper\n", "paper.tex")
    assert "'paper.tex' was not written by symness" in refused("latex", "mine.py", "-o", "paper.tex", status=1)
    assert paper.read_text() == "my paper\n"
    run("latex", "mine.py", "-o", "paper.tex", "--force")
    run("latex", "mine.py", "-o", "paper.tex")
    assert "cannot read 'mine.py/x'" in refused("latex", "mine.py", "-o", "mine.py/x", status=2)
    assert "cannot write 'no/x'" in refused("latex", "mine.py", "-o", "no/x", status=2)


def test_a_device_is_written_to_and_not_replaced(folder: Path) -> None:
    run("latex", level_file(folder, TWO), "-o", os.devnull)
    assert not Path(os.devnull).is_file()


# -- verify --------------------------------------------------------------------------------------


def test_verify_passes_and_reports(folder: Path) -> None:
    path = level_file(folder, "RANGES = {'T': (0.5, 2)}\n")
    result = run("verify", path, "--points", "4", "--seed", "3")
    assert "level: 4 points, 50 digits, seed 3" in result.stdout
    (report,) = json.loads(run("verify", path, "--points", "4", "--json").stdout)
    assert report["passed"] is True
    assert report["derivation"] == "mine"
    assert all(0.5 <= row["point"]["T"] <= 2 for row in report["rows"])


def test_verify_fails_on_a_wrong_formula(folder: Path) -> None:
    wrong = """
from dataclasses import replace
def wrong():
    formula = closed_form()
    first, *others = formula.outputs
    return replace(formula, outputs=(replace(first, expression=first.expression / 2), *others))
MODULES = {'level': wrong}
"""
    result = run("verify", level_file(folder, wrong), "--points", "2", status=1)
    assert "FAILED" in result.stdout
    (report,) = json.loads(run("verify", "mine.py", "--points", "2", "--json", status=1).stdout)
    assert report["passed"] is False


def test_verify_names_a_range_of_no_parameter(folder: Path) -> None:
    path = level_file(folder, "RANGES = {'tee': (1, 2)}\n")
    assert "RANGES['tee']" in refused("verify", path, "--points", "2", status=1)


# -- generate ------------------------------------------------------------------------------------


def generated(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "generated").iterdir())


def test_generate_writes_modules_that_compute(folder: Path) -> None:
    result = run("generate", level_file(folder, TWO))
    assert "level.py: written" in result.stdout
    assert generated(folder) == ["level.py", "second.py"]
    path = folder / "generated" / "level.py"
    mark = read_stamp(path.read_text())
    assert mark is not None
    assert (mark.derivation, mark.intact) == ("mine", True)
    assert path.stat().st_mode & 0o777 == 0o666 & ~_umask()
    spec = importlib.util.spec_from_file_location("level", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.evaluate(omega=1.0, gamma=0.1, T=0.0)["rho_11"] in (0.0, 1.0)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_generate_again_changes_nothing_and_check_passes(folder: Path) -> None:
    run("generate", level_file(folder), "--output", "there")
    before = Path("there/level.py").stat().st_mtime_ns
    assert "up to date" in run("generate", "mine.py", "-o", "there").stdout
    assert Path("there/level.py").stat().st_mtime_ns == before
    (target,) = json.loads(run("generate", "mine.py", "--output", "there", "--check", "--json").stdout)
    assert target == {"file": "there/level.py", "derivation": "mine", "status": "up to date", "diff": ""}


def test_check_writes_nothing(folder: Path) -> None:
    result = run("generate", level_file(folder, TWO), "--check", status=1)
    assert result.stdout.count("missing") == 2
    assert not Path("generated").exists()


def test_check_shows_what_was_edited(folder: Path) -> None:
    run("generate", level_file(folder))
    path = folder / "generated" / "level.py"
    path.write_text(path.read_text().replace("import numpy as np", "import numpy", 1))
    result = run("generate", "mine.py", "--check", status=1)
    assert "\n-import numpy\n+import numpy as np\n" in result.stdout
    assert "differs" in result.stdout
    (target,) = json.loads(run("generate", "mine.py", "--check", "--json", status=1).stdout)
    assert target["status"] == "different"
    assert target["diff"].startswith("--- generated/level.py\n")


def test_check_shows_what_the_derivation_changed(folder: Path) -> None:
    run("generate", level_file(folder))
    path = user_file(folder, LEVEL.replace("rate=gamma", "rate=2 * gamma"))
    assert "differs" in run("generate", path, "--check", status=1).stdout
    run("generate", path)
    run("generate", path, "--check")


def test_check_ignores_versions_but_not_a_mark_that_does_not_fit(folder: Path) -> None:
    run("generate", level_file(folder))
    path = folder / "generated" / "level.py"
    other = path.read_text().replace('"symness": "', '"symness": "9').split("\n", 2)[2]
    path.write_text(other)
    assert "edited" in run("generate", "mine.py", "--check", status=1).stdout
    path.write_text(stamped(other, "mine"))
    run("generate", "mine.py", "--check")
    assert "up to date" in run("generate", "mine.py").stdout


@pytest.mark.parametrize(("text", "said"), [("x = 1\n", "was not written by symness"), (None, "was edited by hand")])
def test_work_of_others_is_not_overwritten(text: str | None, said: str, folder: Path) -> None:
    run("generate", level_file(folder, TWO))
    path = folder / "generated" / "second.py"
    work = path.read_text() + "# mine\n" if text is None else text
    path.write_text(work)
    (folder / "generated" / "level.py").unlink()
    line = refused("generate", "mine.py", status=1)
    assert said in line
    assert "second.py" in line
    assert "--force" in line
    assert path.read_text() == work
    assert generated(folder) == ["second.py"], "nothing is written when something is refused"
    run("generate", "mine.py", "--force")
    run("generate", "mine.py", "--check")


def test_a_module_of_another_derivation_is_not_overwritten(folder: Path) -> None:
    run("generate", level_file(folder))
    before = (folder / "generated" / "level.py").read_text()
    user_file(folder, LEVEL.replace("rate=gamma", "rate=2 * gamma"), "other.py")
    line = refused("generate", "other.py", status=1)
    assert "level.py' comes from the derivation 'mine': rename the module" in line
    assert (folder / "generated" / "level.py").read_text() == before
    run("generate", "other.py", "--force")
    run("generate", "other.py", "--check")


def test_stale_files_are_reported_and_the_package_file_is_left_alone(folder: Path) -> None:
    run("generate", level_file(folder, TWO))
    package = user_file(folder / "generated", '"""Package."""\n', "__init__.py")
    foreign = user_file(folder / "generated", "x = 1\n", "own.py")
    level_file(folder)
    result = run("generate", "mine.py", "--check", status=1)
    assert "second.py: stale" in result.stdout
    assert "own.py" not in result.stdout
    assert "__init__" not in result.stdout
    assert "second.py: stale" in run("generate", "mine.py").stdout
    assert package.read_text() == '"""Package."""\n'
    assert foreign.read_text() == "x = 1\n"
    user_file(folder, LEVEL.replace('{"level"', '{"third"'), "other.py")
    assert "stale" not in run("generate", "other.py").stdout, "files of another derivation are its own"


def test_a_folder_that_cannot_be_written(folder: Path) -> None:
    level_file(folder)
    for place in ("mine.py", "mine.py/below"):
        assert f"cannot write to '{place}'" in refused("generate", "mine.py", "--output", place, status=2)
    assert "--output" in refused("generate", "mine.py", "--output", "mine.py", status=2)
    assert "cannot read" in refused("generate", "mine.py", "--check", "--output", "mine.py", status=2)


def test_a_full_disk_is_one_line_and_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cli_files.os, "fsync", full)
    assert "No space left" in refused("generate", level_file(folder), status=2)
    assert generated(folder) == []


def test_interrupted_while_writing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("generate", level_file(folder, TWO))
    old = (folder / "generated" / "second.py").read_text()
    changed = user_file(folder, LEVEL.replace("rate=gamma", "rate=2 * gamma") + TWO)
    replace = os.replace

    def interrupted(source: str, target: Path) -> None:
        if target.name == "second.py":
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(cli_files.os, "replace", interrupted)
    assert "interrupted" in refused("generate", changed, status=130)
    assert generated(folder) == ["level.py", "second.py"]
    assert (folder / "generated" / "second.py").read_text() == old
    assert read_stamp((folder / "generated" / "level.py").read_text()) is not None


def test_interrupted_by_a_signal(folder: Path) -> None:
    slow = "import time\ndef slow():\n    time.sleep(60)\nMODULES = {'level': closed_form, 'second': slow}\n"
    level_file(folder, slow)
    with subprocess.Popen(
        [*PROGRAM, "generate", "mine.py"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        preexec_fn=hearing_interrupts,
    ) as process:
        deadline = time.monotonic() + 50
        while not (folder / "generated" / "level.py").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=50)
    assert process.returncode == 130
    assert stderr.count("\n") == 1
    assert "interrupted" in stderr
    assert generated(folder) == ["level.py"]


# -- from a shell --------------------------------------------------------------------------------


def test_from_a_shell(folder: Path) -> None:
    level_file(folder)
    done = shell("derive", "mine.py", "--json", timeout=100)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)
    done = shell("generate", "mine.py", "--output", "mine.py/below", timeout=100)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("call", "status"), [("derive mine.py 2>&-", 0), ("derive mine.py >&-", 0), ("derive nothing.py >&- 2>&-", 2)]
)
def test_closed_streams(call: str, status: int, folder: Path) -> None:
    level_file(folder)
    words = ["sh", "-c", f'exec "$@" {call}', "sh", *PROGRAM]
    done = subprocess.run(words, capture_output=True, text=True, env=environment(), check=False)
    assert (done.returncode, done.stderr) == (status, "")
    assert bool(done.stdout) == (call == "derive mine.py 2>&-")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_behind_stdout_is_one_line() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [*PROGRAM, "list"], stdout=full, stderr=subprocess.PIPE, text=True, env=environment(), check=False
        )
        assert subprocess.run([*PROGRAM, "none"], stderr=full, env=environment(), check=False).returncode == 2
    assert done.returncode == 2
    assert done.stderr.startswith("symness: cannot write to stdout: No space left")
    assert done.stderr.count("\n") == 1


def test_what_a_file_prints_does_not_mix_with_results(folder: Path) -> None:
    talking = 'print("loading")\ndef talk():\n    print("deriving")\n    return closed_form()\n'
    path = level_file(folder, talking + "MODULES = dict(level=talk)\n")
    for command in ("list", "derive", "generate"):
        result = run(command, path, "--json")
        assert json.loads(result.stdout)
        assert result.stderr.startswith("loading\n")


def test_letters_that_the_terminal_lacks(folder: Path) -> None:
    path = user_file(folder, LEVEL.replace("A single level", "Bloch–Redfield"))
    done = subprocess.run(
        [*PROGRAM, "list", str(path)],
        capture_output=True,
        env={**environment(), "PYTHONIOENCODING": "latin-1"},
        check=True,
    )
    assert done.stdout.startswith(b"mine: Bloch?Redfield")
