# Mneme. Every target does its own set-up first: .venv, dependencies, Qt's system libraries (tools/setup.sh).
# PYTHON=python3.12 names the interpreter of the first set-up; ARGS="…" is passed on: make run ARGS="--model FOLDER".
.PHONY: run test lint bench screenshots map

run: # opens the window
	@tools/setup.sh run && exec .venv/bin/python main.py $(ARGS)

test: # runs the tests in two processes, without a screen
	@tools/setup.sh dev && QT_QPA_PLATFORM=offscreen OMP_NUM_THREADS=1 .venv/bin/python -m pytest -n 2 --dist worksteal $(ARGS)

lint: # ruff, mypy and the import contracts
	@tools/setup.sh dev && tools/lint.sh

bench: # measures speed on this machine; a line of JSON a measurement
	@tools/setup.sh dev && QT_QPA_PLATFORM=offscreen .venv/bin/python -m pytest -m bench -s $(ARGS)

screenshots: # takes the pictures of the README and the help
	@tools/setup.sh dev && .venv/bin/python tools/screenshot.py resources/help $(ARGS)

map: # redraws the map of the house in README.md from the files' first lines
	@tools/setup.sh dev && .venv/bin/python tools/house_map.py README.md
