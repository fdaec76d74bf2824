"""Sphinx: MyST pages with their cells executed, and the reference from the docstrings."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

ROOT = str(Path(__file__).parent.parent)
# Cells run in processes of their own: they and autodoc read this source tree, installed or not.
sys.path.insert(0, ROOT)
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (ROOT, os.environ.get("PYTHONPATH"))))
os.environ["SYMNESS_PROGRESS"] = "0"  # how long a cell takes is no output

from sphinx.application import Sphinx  # noqa: E402

import symness  # noqa: E402  (after the path)

project = "symness"
author = "The symness authors"
project_copyright = author
version = release = symness.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
    "sphinx_click",
    "sphinx_copybutton",
]
exclude_patterns = ["_build", "**/.ipynb_checkpoints"]
smartquotes_action = "qe"  # quotes and dots, no dashes: --all is an option

# Pages
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence", "deflist", "attrs_block"]
myst_heading_anchors = 3
nb_execution_mode = "force"  # what a page shows is what this version computes
nb_execution_timeout = 120
nb_execution_raise_on_error = True
nb_execution_in_temp = True  # cells may write files
nb_output_stderr = "error"  # a warning that a page does not expect fails the build
nb_merge_streams = True

# Reference
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # types and shapes stand in the text of each parameter
autodoc_inherit_docstrings = False
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
napoleon_preprocess_types = False
python_maximum_signature_line_length = 88

# Look: fonts of the system, nothing from the network, no date
html_theme = "furo"
html_title = f"symness {version}"
html_copy_source = False
html_show_sourcelink = False
html_last_updated_fmt = None
html_static_path = ["_static"]
html_css_files = ["symness.css"]
copybutton_selector = "div.cell_input pre, div.highlight-python pre, div.highlight-sh pre"

# MathJax, the SVG writer in one file: no fonts, works from a disk without a network.
_mathjax = importlib.util.find_spec("sphinx-mathjax-offline")
if _mathjax is None or _mathjax.origin is None:
    raise ImportError("sphinx-mathjax-offline is missing: pip install 'symness[docs]'")
html_static_path.append(str(Path(_mathjax.origin).parent / "static/mathjax/tex-svg-full.js"))
mathjax_path = "tex-svg-full.js"
# Objects show themselves as HTML of the class "symness" with $...$ in it; nowhere else is a
# dollar sign in a page mathematics.
myst_update_mathjax = False
mathjax3_config = {
    "svg": {"scale": 0.92},
    "tex": {"inlineMath": [["$", "$"], ["\\(", "\\)"]]},
    "options": {
        "ignoreHtmlClass": "tex2jax_ignore|mathjax_ignore|document",
        "processHtmlClass": "tex2jax_process|mathjax_process|math|symness|text_latex",
        "enableMenu": False,  # the menu would load what is not here
    },
}


# Users get these from functions; how they are put together is nobody's concern.
RESULTS = {"SteadyState", "Formula", "Generator", "Relaxation", "Quantity", "Report"}


def without_arguments(_: Sphinx, what: str, name: str, *rest: object) -> tuple[str, str] | None:
    """The heading of a class of results shows its name only."""
    return ("", "") if what == "class" and name.rpartition(".")[2] in RESULTS else None


def setup(app: Sphinx) -> None:
    """MathJax on every page: Sphinx looks for mathematics in texts, not in outputs."""
    app.set_html_assets_policy("always")
    app.connect("autodoc-process-signature", without_arguments)
