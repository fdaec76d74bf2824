"""Sphinx: ``make docs``, or ``python -m sphinx -W docs build/docs``.  Nothing is fetched while building or reading."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
# The kernels that execute pages are processes of their own; they import this tree, installed or not.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # silences the debugger that a kernel loads

import symness  # noqa: E402

project = "symness"
author = "The symness authors"
project_copyright = author
release = version = symness.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
    # MathJax itself, as files of the site: mathematics is read without a network, and pip alone installs it.
    # imgmath would need LaTeX, sphinxcontrib-katex needs node to prerender, MathML is drawn differently by each browser.
    "sphinx-mathjax-offline",
]
exclude_patterns = ["build"]
templates_path = ["_templates"]
language = "en"
nitpicky = False

# -- pages ------------------------------------------------------------------------------------------------------------
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
suppress_warnings = ["myst.xref_missing"]
nb_execution_mode = "force"  # a page shows what this tree computes, never a result of yesterday
nb_execution_timeout = 600
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_merge_streams = True
nb_mime_priority_overrides = [("html", "text/latex", 5)]  # mathematics before the text of the same object

# -- reference --------------------------------------------------------------------------------------------------------
autosummary_generate = True
autodoc_typehints = "none"  # the docstrings say what a type means
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "inherited-members": True}
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False

# -- looks ------------------------------------------------------------------------------------------------------------
html_theme = "furo"
html_title = "symness"
html_static_path = ["_static"]
html_css_files = ["symness.css"]
html_show_sourcelink = False
html_copy_source = False
pygments_style = "friendly"
# Long equations are scrolled, not cut.
mathjax3_config = {"chtml": {"displayAlign": "left", "scale": 0.95}}
