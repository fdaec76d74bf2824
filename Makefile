# Paths may be overridden: make docs PYTHON=.venv/bin/python
PYTHON ?= python3

.PHONY: docs
docs:
	$(PYTHON) -m sphinx -W --keep-going docs build/docs
	@echo "open build/docs/index.html"
