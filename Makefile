# Paths may be overridden: make docs PYTHON=.venv/bin/python
PYTHON ?= python3
OUT ?= docs/_build

.PHONY: docs
docs:
	$(PYTHON) -m sphinx -W --keep-going -q -j auto -d $(OUT)/doctrees docs $(OUT)/html
	@echo "open $(OUT)/html/index.html"
