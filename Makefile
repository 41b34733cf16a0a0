# `make` prints the targets. Needs make, and Python 3.11 or newer with its venv module.

# Candidates, the first that is new enough is taken; `make reports PYTHON=python3.13` names one.
PYTHON ?= python3.11 python3.12 python3.13 python3.14 python3
# More words for the command behind a target: make reports ARGS="mentorship -s downside"
ARGS =

VENV_PYTHON = .venv/bin/python
# nbval costs seconds in every pytest process, and only `validate` uses it. Tests start Python a hundred
# times, which keeps what it compiles even where the shell says not to.
PYTEST = PYTHONDONTWRITEBYTECODE= $(VENV_PYTHON) -m pytest -p no:nbval
PIP_INSTALL = $(VENV_PYTHON) -m pip install -qq --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help reports open test test-long test-browser test-office test-extras equality trust validate lab bench clean lock outdated

help:
	@echo "Targets (the first one used sets up .venv):"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

reports: .venv/.stamp ## run the notebooks for every scenario into reports/ (ARGS="mentorship -s downside" for a part)
	$(VENV_PYTHON) -m model run $(ARGS)

open: reports ## make the reports and open their index in the browser
	$(VENV_PYTHON) -m webbrowser -t "file://$(CURDIR)/reports/index.html"

test: .venv/.stamp ## run the tests that need nothing but Python
	$(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder -m "not browser and not office and not long" $(ARGS)

test-long: .venv/.stamp ## run those that need nothing but Python, and take long
	$(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder -m long $(ARGS)

test-browser: .venv/.stamp ## open the reports in Chromium, which must be installed
	@command -v chromium >/dev/null || { \
	  echo "make test-browser needs the command chromium; on Debian: apt-get install chromium fonts-dejavu-core" >&2; \
	  exit 1; }
	$(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder -m browser $(ARGS)

test-office: .venv/.stamp ## calculate the workbooks with LibreOffice, which must be installed
	@command -v soffice >/dev/null || { \
	  echo "make test-office needs LibreOffice; on Debian: apt-get install --no-install-recommends libreoffice-calc" >&2; \
	  exit 1; }
	$(PYTEST) -m office $(ARGS)

test-extras: .venv/.stamp ## install Numba and Dask, which only long simulations use, and run the tests that need them
	$(PIP_INSTALL) --no-build-isolation --editable '.[fast,dask]'
	$(PYTEST) tests/test_kernel.py tests/test_simulate.py $(ARGS)

equality: .venv/.stamp ## compare the workbooks with the model, and write the record that pages show (ARGS=--check)
	$(VENV_PYTHON) -m model.workbook.equality $(ARGS)

trust: .venv/.stamp ## try how far the model can be trusted: planted errors, damaged input, kills (ARGS="--full --record")
	PYTHONPATH=tests $(VENV_PYTHON) -m trust $(ARGS)

validate: reports ## make all reports, execute each again, and compare every cell (strict nbval)
	@echo "Executing every report again and comparing each cell with what the report shows."
	$(VENV_PYTHON) -m pytest --nbval --nbval-current-env --nbval-sanitize-with=tests/nbval.cfg \
	  -n 2 --dist loadfile -p no:cacheprovider reports
	@echo "Executing one source notebook as it stands, as someone does who opens it."
	$(VENV_PYTHON) -m pytest --nbval-lax --nbval-current-env -p no:cacheprovider notebooks/breakeven.ipynb
	@echo "Every report is reproduced by the code and the parameters in this folder."

lab: .venv/.stamp ## open JupyterLab where one begins: a company, a scenario, its grid
	@mkdir -p .venv/share/jupyter/lab/settings
	@echo '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}' \
	  > .venv/share/jupyter/lab/settings/overrides.json
	$(VENV_PYTHON) -m jupyterlab notebooks/start.ipynb --ServerApp.root_dir=. --LabApp.news_url=None \
	  --ContentsManager.pre_save_hook=model.reporting.tidiness.without_outputs \
	  $$([ "$$(id -u)" = 0 ] && echo --allow-root) $(ARGS)

bench: .venv/.stamp ## measure how long the model and the reports take
	$(VENV_PYTHON) tests/bench.py $(ARGS)

clean: ## remove made reports and caches; .venv stays
	find reports -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
	find . \( -name .venv -o -name .git \) -prune -o -name __pycache__ -exec rm -rf {} +
	rm -rf .pytest_cache .ruff_cache .hypothesis build *.egg-info
	@echo "Removed made reports and caches. Kept .venv; to set it up anew: rm -r .venv"

# The build backend is locked too, so that setting up needs no second, unlocked download.
lock: ## developers: resolve pyproject.toml into requirements.lock (needs uv; ARGS=--upgrade takes newer versions)
	@command -v uv >/dev/null || { echo "make lock needs uv: python3 -m pip install uv" >&2; exit 1; }
	sed -n 's/^requires = \["\(.*\)"\]$$/\1/p' pyproject.toml | uv pip compile --quiet --universal \
	  --python-version 3.11 --fork-strategy fewest --extra test --extra browser --no-build \
	  --no-header --annotation-style line $(ARGS) --output-file requirements.lock pyproject.toml -
	{ echo "# Every version that .venv gets, for Linux, macOS and Windows and Python 3.11 or newer."; \
	  echo "# Made from pyproject.toml by \`make lock\`; \`make lock ARGS=--upgrade\` takes newer versions."; \
	  cat requirements.lock; } > requirements.lock.new
	mv requirements.lock.new requirements.lock

# .venv is whole only when its stamp, written last, names this folder: an interrupted set-up, a moved
# folder (an editable install points at the old one) and a removed Python all start afresh.
VENV_IS_WHOLE = test -x $(VENV_PYTHON) && test "$$(cat .venv/.stamp 2>/dev/null)" = "$$(pwd -P)"
ifneq ($(shell $(VENV_IS_WHOLE) && echo yes),yes)
.venv/.stamp: outdated
endif

# .venv.lock holds the process at work: a second make waits for it, unless it was killed. Commands run
# in the background because a waiting shell can stop them when it is stopped itself; otherwise pip would
# go on writing into a .venv that the next make removes.
.venv/.stamp: requirements.lock pyproject.toml
	@set -e; \
	case "$$(pwd -P)" in *'$$'*) \
	  echo "Cannot set up .venv: setuptools reads the $$ in $$(pwd -P) as a variable; give the folder another name." >&2; \
	  exit 1;; \
	esac; \
	waited=; tries=; \
	until (set -C; echo $$$$ > .venv.lock) 2>/dev/null; do \
	  worker=$$(cat .venv.lock 2>/dev/null) || true; \
	  if test "$$worker" && kill -0 "$$worker" 2>/dev/null; then \
	    test "$$waited" || echo "Waiting for process $$worker, which is setting up .venv"; \
	    waited=yes; \
	    sleep 1; \
	  elif test "$$tries" = ...; then \
	    echo "Cannot set up .venv: $$(pwd) is not writable, or its disk is full." >&2; \
	    exit 1; \
	  else \
	    rm -f .venv.lock; \
	    tries=$$tries.; \
	  fi; \
	done; \
	command=; \
	trap 'rm -f .venv.lock' EXIT; \
	trap 'kill $$command 2>/dev/null; wait; exit 1' HUP INT TERM; \
	run() { "$$@" & command=$$!; wait $$command; }; \
	if $(VENV_IS_WHOLE); then \
	  if test "$$waited"; then exit 0; fi; \
	  echo "Updating .venv from requirements.lock"; \
	  rm -f $@; \
	else \
	  found=; without_venv=; \
	  for candidate in $(PYTHON); do \
	    "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	    if "$$candidate" -c 'import ensurepip, venv' 2>/dev/null; then found=$$candidate; break; fi; \
	    without_venv=$$candidate; \
	  done; \
	  if test -z "$$found" && test "$$without_venv"; then \
	    echo "$$without_venv has no venv module: install it (Debian and Ubuntu: apt-get install python3-venv), then run make again." >&2; \
	    exit 1; \
	  fi; \
	  if test -z "$$found"; then \
	    echo "No Python 3.11 or newer among $(PYTHON): install one, or name it, as in make reports PYTHON=/path/to/python3.12." >&2; \
	    exit 1; \
	  fi; \
	  echo "Setting up .venv from requirements.lock with $$found: about a minute, once"; \
	  rm -rf .venv; \
	  run "$$found" -m venv .venv; \
	fi; \
	{ run $(PIP_INSTALL) --requirement requirements.lock \
	  && run $(PIP_INSTALL) --no-deps --no-build-isolation --editable .; } || { \
	  echo "Setting up .venv did not finish: see above, and whether the package index can be reached; the next make starts again." >&2; \
	  exit 1; }; \
	pwd -P > $@
