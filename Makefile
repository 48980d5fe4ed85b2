# Every target sets up what it needs by itself. `make help` lists them.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
STAMP   = $(VENV)/.installed
CHECK_PYTHON = $(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else "Python 3.11 to 3.13 is needed, found %d.%d; say which one to use: make setup PYTHON=python3.12" % v)'

.DEFAULT_GOAL := help

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

setup: $(STAMP)  ## the virtual environment in .venv, rebuilt when the requirements change

$(STAMP): requirements.txt pyproject.toml
	@$(CHECK_PYTHON)
	@echo "Setting up $(VENV) (a few minutes, once)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade pip
	@$(BIN)/python -m pip install --quiet --requirement requirements.txt --editable .
	@touch $@

lint: setup  ## ruff: style, imports, docstrings, format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

check: lint  ## lint and all tests
	$(BIN)/python -m pytest

BACKENDS_VENV = .venv-backends
BACKENDS_TESTS = tests/layers tests/models tests/weights/test_goldens.py tests/weights/test_loading.py --ignore=tests/models/lean

$(BACKENDS_VENV)/.installed: requirements-backends.txt pyproject.toml
	@$(CHECK_PYTHON)
	@echo "Setting up $(BACKENDS_VENV) with JAX and PyTorch (some minutes, once)"
	@$(PYTHON) -m venv --clear $(BACKENDS_VENV)
	@$(BACKENDS_VENV)/bin/python -m pip install --quiet --upgrade pip
	@$(BACKENDS_VENV)/bin/python -m pip install --quiet --requirement requirements-backends.txt --editable .
	@touch $@

check-backends: $(BACKENDS_VENV)/.installed  ## layers, networks and weights on JAX and PyTorch instead of TensorFlow
	@for backend in jax torch; do \
		echo "Keras on $$backend"; \
		KERAS_BACKEND=$$backend $(BACKENDS_VENV)/bin/python -m pytest $(BACKENDS_TESTS) || exit 1; \
	done

preprocess: setup  ## npz sets of all that lies below data/, or DB=name [RAW=folder OUT=folder CSV= SET= N= SEED= WORKERS= ARGS=]
	$(BIN)/python -m fsanet.commands.prepare $(if $(DB),--db '$(DB)') $(if $(RAW),--raw '$(RAW)') $(if $(OUT),--out '$(OUT)') \
		$(if $(CSV),--csv '$(CSV)') $(if $(SET),--name '$(SET)') $(if $(N),--samples '$(N)') $(if $(SEED),--seed '$(SEED)') \
		$(if $(WORKERS),--workers '$(WORKERS)') $(ARGS)

weights: setup  ## published weights and detector files into pre-trained/ [FROM=folder-or-address ONLY=patterns]
	$(BIN)/python -m fsanet.weights.fetch $(if $(FROM),--from '$(FROM)') $(if $(ONLY),--only $(ONLY))

train: setup  ## train a model [MODEL=var_capsule DB=synthetic EXPERIMENT= EPOCHS= BATCH= SEED= WEIGHTS= FREEZE= MINUTES= RESUME=never ARGS=]
	$(BIN)/python -m fsanet.commands.train $(if $(EXPERIMENT),--experiment '$(EXPERIMENT)') $(if $(MODEL),--model '$(MODEL)') \
		$(if $(DB),--data '$(DB)') $(if $(EPOCHS),--epochs '$(EPOCHS)') $(if $(BATCH),--batch '$(BATCH)') \
		$(if $(SEED),--seed '$(SEED)') $(if $(WEIGHTS),--weights '$(WEIGHTS)') $(if $(FREEZE),--freeze $(FREEZE)) \
		$(if $(MINUTES),--max-minutes '$(MINUTES)') $(if $(RESUME),--resume '$(RESUME)') $(ARGS)

test: setup  ## measure models on every test set that is there [MODEL= WEIGHTS=synthetic SET= ARGS=]
	$(BIN)/python -m fsanet.commands.test $(if $(MODEL),--model $(MODEL)) $(if $(WEIGHTS),--weights '$(WEIGHTS)') \
		$(if $(SET),--set $(SET)) $(ARGS)

export: setup  ## a model for other runtimes to exported/ [MODEL=fusion_capsule WEIGHTS=synthetic FORMAT=onnx QUANTIZE=float16|int8 OUT= ARGS=]
	$(BIN)/python -m fsanet.commands.export $(if $(MODEL),--model '$(MODEL)') $(if $(WEIGHTS),--weights '$(WEIGHTS)') \
		$(if $(FORMAT),--format '$(FORMAT)') $(if $(QUANTIZE),--quantize '$(QUANTIZE)') $(if $(OUT),--out '$(OUT)') $(ARGS)

bench: setup  ## speed and memory, with tables and charts [ONLY="engines exports start video training folder" EXPORTS=exported OUT= ARGS=--quick]
	$(BIN)/python -m fsanet.commands.bench $(if $(ONLY),--only $(ONLY)) $(if $(EXPORTS),--exports '$(EXPORTS)') \
		$(if $(OUT),--out '$(OUT)') $(ARGS)

demo: setup  ## poses in bundled photos and a clip, drawn and in rows, to demo/output/
	$(BIN)/python -m demo.demo

figures: setup  ## the paper's figures to demo/output/figures/ [FIGURES= MODEL= WEIGHTS= PICTURES= VIDEO= LABELLED= RESULTS= OUT= ARGS=]
	$(BIN)/python -m demo.figures $(FIGURES) $(if $(MODEL),--model '$(MODEL)') $(if $(WEIGHTS),--weights '$(WEIGHTS)') \
		$(if $(PICTURES),--pictures $(PICTURES)) $(if $(VIDEO),--video '$(VIDEO)') $(if $(LABELLED),--labelled '$(LABELLED)') \
		$(if $(RESULTS),--results '$(RESULTS)') $(if $(OUT),--out '$(OUT)') $(ARGS)

notebooks: setup  ## run the notebooks of demo/notebooks/ and keep their outputs [NOTEBOOKS=files ARGS=]
	$(BIN)/python -m demo.run_notebooks $(NOTEBOOKS) $(ARGS)

PAGES = docs/images
PAGE_FIGURES = angles structures timeline limits comparison --compare fusion_capsule:300W_LP fusion_capsule:synthetic

pictures: setup  ## all pictures of the pages and notebooks anew, after new weights or another renderer; needs `make weights`
	$(BIN)/python -m fsanet.rendering.write_demo_heads
	$(BIN)/python -m demo.figures $(PAGE_FIGURES) --format jpg --out $(PAGES)
	$(BIN)/python -m demo.figures architecture --model capsule --out $(PAGES)
	$(BIN)/fsanet estimate demo/assets/group.jpg --out demo/output/page
	cp demo/output/page/group.jpg $(PAGES)/demo.jpg
	$(BIN)/python -m demo.run_notebooks

docs: setup  ## the API reference to docs/api/
	$(BIN)/python -m demo.make_api_reference $(ARGS)

clean:  ## remove the virtual environment and what commands wrote
	rm -rf $(VENV) .venv-* demo/output training_and_testing/output

.PHONY: help setup lint check check-backends weights preprocess train test export bench demo figures notebooks pictures docs clean
