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

$(STAMP): requirements.txt pyproject.toml setup.py
	@$(CHECK_PYTHON)
	@echo "Setting up $(VENV) (a few minutes, once)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade pip
	@$(BIN)/python -m pip install --quiet --requirement requirements.txt --editable .
	@touch $@

lint: setup  ## ruff: style, imports, docstrings, format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup  ## mypy over the package and the demo
	$(BIN)/python -m mypy

check: lint types  ## lint, types and all tests, a file at a time on each core
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

BACKENDS_VENV = .venv-backends
BACKENDS_TESTS = tests/layers tests/models tests/weights/test_goldens.py tests/weights/test_loading.py 

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

# Variables of a target, as options of the verb that it calls: $(call option,--set,$(DB)) and, unquoted, $(call words,...).
option = $(if $(2),$(1) '$(2)')
words = $(if $(2),$(1) $(2))

preprocess: setup  ## npz sets of all that lies below data/, or DB=name [RAW=folder OUT=folder CSV= SET= N= SEED= WORKERS= ARGS=]
	$(BIN)/fsanet prepare $(call option,--set,$(DB)) $(call option,--raw,$(RAW)) $(call option,--out,$(OUT)) $(call option,--csv,$(CSV)) $(call option,--name,$(SET)) $(call option,--samples,$(N)) $(call option,--seed,$(SEED)) $(call option,--workers,$(WORKERS)) $(ARGS)

weights: setup  ## published weights and detector files into pre-trained/ [FROM=folder-or-address ONLY=patterns]
	$(BIN)/fsanet weights $(call option,--from,$(FROM)) $(call words,--only,$(ONLY)) $(ARGS)

render: setup  ## synthetic heads as npz sets, or as photographs with LAYOUT=300W_LP|BIWI [N= SEED= OUT=folder ARGS=]
	$(BIN)/fsanet render $(call option,--layout,$(LAYOUT)) $(call option,--samples,$(N)) $(call option,--seed,$(SEED)) $(call option,--out,$(OUT)) $(ARGS)

mask: setup  ## the masked twin of a set: SET=name [BY=points|pose|render KIND= SEED= OUT=npz ARGS=]
	$(BIN)/fsanet mask $(call option,--set,$(SET)) $(call option,--by,$(BY)) $(call option,--kind,$(KIND)) $(call option,--seed,$(SEED)) $(call option,--out,$(OUT)) $(ARGS)

hair: setup  ## the twin of a set with hair over the faces: SET=name [STYLE= SEED= OUT=npz ARGS=]
	$(BIN)/fsanet hair $(call option,--set,$(SET)) $(call option,--style,$(STYLE)) $(call option,--seed,$(SEED)) $(call option,--out,$(OUT)) $(ARGS)

surround: setup  ## the twin of a set with other surroundings of the faces: SET=name [BACKGROUNDS=folder SEED= OUT=npz ARGS=]
	$(BIN)/fsanet surround $(call option,--set,$(SET)) $(call option,--backgrounds,$(BACKGROUNDS)) $(call option,--seed,$(SEED)) $(call option,--out,$(OUT)) $(ARGS)

rotate: setup  ## the turned twin of a set: SET=name [DEG=45 SEED= OUT=npz ARGS=]
	$(BIN)/fsanet rotate $(call option,--set,$(SET)) $(call option,--degrees,$(DEG)) $(call option,--seed,$(SEED)) $(call option,--out,$(OUT)) $(ARGS)

portraits: setup  ## 979 free photographs of people to data/photographs/ [FROM=folder-or-address OUT=]
	$(BIN)/fsanet portraits $(call option,--from,$(FROM)) $(call option,--out,$(OUT)) $(ARGS)

profile: setup  ## photographs turned in 3D to labelled poses, in 300W-LP's layout and as npz [RAW=folder OUT= COPIES=18 ONLY= SEED= WORKERS= ARGS=]
	$(BIN)/fsanet profile '$(RAW)' $(call option,--out,$(OUT)) $(call option,--copies,$(COPIES)) $(call option,--only,$(ONLY)) $(call option,--seed,$(SEED)) $(call option,--workers,$(WORKERS)) $(ARGS)

train: setup  ## train a model [MODEL=var_capsule DB=synthetic EXPERIMENT= EPOCHS= BATCH= SEED= WEIGHTS= FREEZE= MINUTES= RESUME=never WORKERS=2 ARGS=]
	$(BIN)/fsanet train $(call option,--experiment,$(EXPERIMENT)) $(call option,--model,$(MODEL)) $(call option,--set,$(DB)) $(call option,--epochs,$(EPOCHS)) $(call option,--batch,$(BATCH)) $(call option,--seed,$(SEED)) $(call option,--weights,$(WEIGHTS)) $(call words,--freeze,$(FREEZE)) $(call option,--max-minutes,$(MINUTES)) $(call option,--resume,$(RESUME)) $(call option,--workers,$(WORKERS)) $(ARGS)

adapt: setup  ## adapt weights to unlabelled faces TARGET=folder-or-npz [MODEL= METHOD= DB= EPOCHS= MINUTES= SEED= WEIGHTS= RESUME=never ARGS=]
	$(BIN)/fsanet adapt --target '$(TARGET)' $(call option,--model,$(MODEL)) $(call option,--method,$(METHOD)) $(call option,--set,$(DB)) $(call option,--epochs,$(EPOCHS)) $(call option,--max-minutes,$(MINUTES)) $(call option,--seed,$(SEED)) $(call option,--weights,$(WEIGHTS)) $(call option,--resume,$(RESUME)) $(ARGS)

adapt-bench: setup  ## every way of adapting on rendered sets with the paper's roles [SEEDS=3 OUT= ARGS="--sweep neighbours=5,20,80"]
	$(BIN)/python -m fsanet.benchmarks.adaptation $(call option,--seeds,$(SEEDS)) $(call option,--out,$(OUT)) $(ARGS)

test: setup  ## measure models on every test set that is there [MODEL= WEIGHTS=synthetic SET= ARGS=]
	$(BIN)/fsanet test $(call words,--model,$(MODEL)) $(call option,--weights,$(WEIGHTS)) $(call words,--set,$(SET)) $(ARGS)

finder: setup  ## the network that finds faces: WHAT=backgrounds|bank|look|crops|train|test [ARGS=]
	$(BIN)/fsanet finder $(or $(WHAT),--help) $(ARGS)

export: setup  ## a model for other runtimes to exported/ [MODEL=fusion_capsule WEIGHTS=synthetic FORMAT=onnx QUANTIZE=float16|int8 OUT= ARGS=]
	$(BIN)/fsanet export $(call option,--model,$(MODEL)) $(call option,--weights,$(WEIGHTS)) $(call option,--format,$(FORMAT)) $(call option,--quantize,$(QUANTIZE)) $(call option,--out,$(OUT)) $(ARGS)

bench: setup  ## speed and memory, with tables and charts [ONLY="engines exports start video training folder" EXPORTS=exported OUT= ARGS=--quick]
	$(BIN)/fsanet bench $(call words,--only,$(ONLY)) $(call option,--exports,$(EXPORTS)) $(call option,--out,$(OUT)) $(ARGS)

gpu-check: setup  ## the fusion and training on a graphics card: angles, times, memory; a sentence where there is none [ARGS=--quick]
	$(BIN)/fsanet bench --only gpu $(ARGS)

fuzz: setup  ## mutated pictures, videos, sets, tables and networks: a result or one sentence each [MINUTES=10 INPUTS= SEEDS=files and folders SEED=]
	$(BIN)/python -m fsanet.benchmarks.fuzz $(SEEDS) $(call option,--minutes,$(MINUTES)) $(call option,--inputs,$(INPUTS)) $(call option,--seed,$(SEED))

kills: setup  ## kill -9 at random moments: nothing lost, nothing twice, nothing half written [KILLS=50 SEED= ARGS="estimate train"]
	$(BIN)/python -m fsanet.benchmarks.kills $(call option,--kills,$(KILLS)) $(call option,--seed,$(SEED)) $(ARGS)

demo: setup  ## poses in bundled photos and a clip, drawn and in rows, to demo/output/
	$(BIN)/python -m demo.demo

figures: setup  ## the paper's figures to demo/output/figures/ [FIGURES= MODEL= WEIGHTS= PICTURES= VIDEO= LABELLED= RESULTS= OUT= ARGS=]
	$(BIN)/python -m demo.figures $(FIGURES) $(if $(MODEL),--model '$(MODEL)') $(if $(WEIGHTS),--weights '$(WEIGHTS)') \
		$(if $(PICTURES),--pictures $(PICTURES)) $(if $(VIDEO),--video '$(VIDEO)') $(if $(LABELLED),--labelled '$(LABELLED)') \
		$(if $(RESULTS),--results '$(RESULTS)') $(if $(OUT),--out '$(OUT)') $(ARGS)

web: setup  ## the page that runs in a browser to demo/output/web/, or one file to mail, or served on 127.0.0.1 [SINGLE=1 SERVE=1 WEBGPU=1 PORT=8000 NETWORK=onnx OUT= ARGS=]
	$(BIN)/python -m demo.web.build $(if $(SINGLE),--single) $(if $(SERVE),--serve) $(if $(WEBGPU),--webgpu) $(call option,--port,$(PORT)) $(call option,--network,$(NETWORK)) $(call option,--out,$(OUT)) $(ARGS)

notebooks: setup  ## run the notebooks of demo/notebooks/ and keep their outputs [NOTEBOOKS=files ARGS=]
	$(BIN)/python -m demo.run_notebooks $(NOTEBOOKS) $(ARGS)

PAGES = docs/images
PAGE_FIGURES = angles turns shapes structures timeline limits comparison --compare fusion_capsule:300W_LP fusion_capsule:free

pictures: setup  ## all pictures of the pages and notebooks anew, after new weights or another renderer; needs `make weights`
	$(BIN)/python -m fsanet.rendering.write_demo_heads
	$(BIN)/python -m demo.figures $(PAGE_FIGURES) --format jpg --out $(PAGES)
	$(BIN)/python -m demo.figures architecture --model capsule --out $(PAGES)
	$(BIN)/python -m fsanet.benchmarks.expected_error free --chart $(PAGES)/reliability.jpg
	$(BIN)/fsanet estimate demo/assets/group.jpg --out demo/output/page
	cp demo/output/page/group.jpg $(PAGES)/demo.jpg
	$(BIN)/python -m demo.web.picture $(PAGES)/web.jpg
	$(BIN)/python -m demo.run_notebooks

RELEASE_VENV = .venv-release

$(RELEASE_VENV)/.installed: requirements-release.txt
	@$(PYTHON) -m venv --clear $(RELEASE_VENV)
	@$(RELEASE_VENV)/bin/python -m pip install --quiet --requirement requirements-release.txt
	@touch $@

package: $(RELEASE_VENV)/.installed  ## the wheel and the source distribution to dist/, tried on every Python here [PYTHONS='3.12 3.13']
	$(RELEASE_VENV)/bin/python release/check_package.py $(PYTHONS)

docs: setup  ## the API reference to docs/api/
	$(BIN)/python -m demo.make_api_reference $(ARGS)

clean:  ## remove the virtual environment and what commands wrote
	rm -rf $(VENV) .venv-* demo/output training_and_testing/output

.PHONY: adapt adapt-bench mask hair surround rotate portraits profile help setup lint types check check-backends weights preprocess render train test export bench gpu-check fuzz kills demo web figures notebooks pictures package docs clean
