# Everything runs in .venv, made by the first target that needs it.
PYTHON ?= python3.11
BIN := .venv/bin
SHARED ?= ../shared
export DAGSTER_HOME ?= $(CURDIR)/dagster_home
export NBA_LAKE ?= $(CURDIR)/lake
unexport PYTHONDONTWRITEBYTECODE  # commands and tests start processes by the dozen: none compiles all modules again

.PHONY: help demo demo-predictions dev test test-slow lint rules types format truth signal bench bench-before bench-patches bench-peers \
  compare audit newest-dagster attack docs links profiles clean

# The demo is of this evening while a season is on, else of a December evening of the last one.
ENDING ?= $(shell month=$$(date +%-m); if [ $$month -ge 6 ] && [ $$month -le 10 ]; \
  then echo $$(($$(date +%Y) - 1))-12-10; else echo today; fi)

help:  ## what there is to make
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: .venv/installed  ## a simulated season until tonight, and all tables of its last week and tomorrow
	$(BIN)/nba simulate --ending $(ENDING)
	@echo "All ten tables for the last days, and first what they look back on:"
	$(BIN)/nba backfill --start $(ENDING)-6 --end $(ENDING)+1 --upstream
	$(BIN)/nba query "SELECT game_date, player_lookup, f.opponent_team_abbr AS opponent, features[3] AS season_points, fatigue_score, shot_zone_mismatch_score AS zone, feature_quality_score AS quality FROM nba_predictions.ml_feature_store_v2 f JOIN nba_precompute.player_composite_factors USING (player_lookup, game_date) WHERE feature_version = 'v3' AND game_date = (SELECT max(game_date) FROM nba_predictions.ml_feature_store_v2) ORDER BY season_points DESC LIMIT 5"
	@printf '%s\n' "Look next:" "  make dev                the Dagster UI on this lake, http://localhost:3000" \
	  "  .venv/bin/nba status    how far tonight is" \
	  "  .venv/bin/nba query 'SELECT player_lookup, points FROM nba_analytics.player_game_summary ORDER BY points DESC LIMIT 5'" \
	  "  .venv/bin/nba --help    all commands"

# Two seasons, since a model learns from the one before its own.
TRAINED := build/predictions
demo-predictions: export NBA_LAKE := $(CURDIR)/$(TRAINED)/lake
demo-predictions: export DAGSTER_HOME := $(CURDIR)/$(TRAINED)/home
demo-predictions: .venv/installed  ## two simulated seasons, a trained model, an evening's predictions; five minutes
	mkdir -p $(DAGSTER_HOME)
	cp dagster_home/dagster.yaml $(DAGSTER_HOME)
	$(BIN)/nba simulate --season 2024-25
	$(BIN)/nba simulate --ending 2025-11-20
	$(BIN)/nba backfill --start 2024-10-01 --end 2025-06-30
	$(BIN)/nba predict --date 2025-11-20 --upstream
	@echo "How far off each was in November, in points; all of it is a simulation and says nothing of real games:"
	$(BIN)/nba query "SELECT system_id, count(*) AS games, round(avg(abs(coalesce(f.median, f.mean) - points)), 2) AS mean_error FROM (FROM nba_predictions.player_points_forecasts UNION ALL FROM nba_predictions.player_points_model_forecasts) f JOIN nba_analytics.player_game_summary s USING (player_lookup, game_id) WHERE s.minutes_played > 0 AND f.game_date >= '2025-11-05' GROUP BY 1 ORDER BY 3"

dev: .venv/installed  ## the Dagster UI on the lake, http://localhost:3000
	VIRTUAL_ENV=$(CURDIR)/.venv PATH=$(CURDIR)/.venv/bin:$$PATH $(BIN)/dg dev $(ARGS)

test: .venv/installed  ## the fast tests
	$(BIN)/pytest -n 2 --dist loadfile

# Four at once on two cores: of three's time a quarter was waiting for daemons and processes. The longest files first.
test-slow: .venv/installed  ## the tests that start real processes or read two seasons
	$(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder -m slow

lint: rules types  ## ruff: rules and format; mypy: types

rules: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/installed
	$(BIN)/mypy

format: .venv/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: .venv/installed  ## the documentation site, build/site, and the pages made from code anew
	$(BIN)/python -m docs_site
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet

links: build/linkchecker/installed  ## are the addresses there that the site names? (after make docs; asks them all)
	build/linkchecker/bin/linkchecker --check-extern --no-status build/site/index.html

build/linkchecker/installed:
	$(PYTHON) -m venv build/linkchecker
	build/linkchecker/bin/pip install --quiet --disable-pip-version-check linkchecker
	touch $@

profiles: export NBA_LAKE := $(CURDIR)/$(TRAINED)/lake
profiles: export DAGSTER_HOME := $(CURDIR)/$(TRAINED)/home
profiles: demo-predictions  ## the figures of the tables' pages anew, from that demo
	$(BIN)/nba predict --start 2025-10-21 --end 2025-11-20
	$(BIN)/nba grade --start 2025-10-21 --end 2025-11-19
	$(BIN)/python -m docs_site.profiles $(NBA_LAKE)

truth: .venv/installed  ## our numbers beside the published ones, forecasts beside what came (needs ../shared)
	$(BIN)/python -m nba_assets_tests.truth $(SHARED) build/truth build/signal
	$(BIN)/python -m nba_assets_tests.accuracy $(SHARED) build/signal

signal: .venv/installed  ## what each factor and feature says of a game's points, with intervals (needs ../shared)
	$(BIN)/python -m nba_assets_tests.signal $(SHARED) build/signal docs/signal.md

compare: .venv/installed  ## do two lakes hold the same rows: make compare OLD=lake NEW=lake, ARGS="--tables ..." for some
	$(BIN)/nba compare $(OLD) $(NEW) $(ARGS)

.PHONY: changed
OURS := nba_conformed,nba_analytics,nba_precompute,nba_predictions
changed: .venv/installed  ## the table of docs/changed.md anew: make changed OLD=lake, after make signal
	sed '/^| table/,$$d' docs/changed.md > build/changed.md
	$(BIN)/nba compare $(OLD) build/signal/raw --tables $(OURS) --markdown >> build/changed.md || test $$? -eq 1
	mv build/changed.md docs/changed.md

.PHONY: mutants
CHANGES ?= 200
SEED ?= 1
mutants: .venv/installed  ## do the tests notice? one small change at a time to what tables are (an hour or more)
	$(BIN)/python -m nba_assets_tests.mutants $(CHANGES) $(SEED) $(ARGS)

bench: .venv/installed  ## a date, a season, the full history: wall time, engine's share, peak memory
	$(BIN)/python -m benchmarks.bench $(SHARED) build/bench

bench-patches: .venv/installed  ## what each patch of Dagster is worth: CPU seconds of a day and a range, an hour
	$(BIN)/python -m benchmarks.patches build/bench-patches

audit:  ## are the locked dependencies among the known vulnerabilities? (pip-audit, in an environment of its own)
	PYTHON=$(PYTHON) .ci/audit build

newest-dagster:  ## a day on the newest Dagster that setup.cfg allows, in an environment of its own
	PYTHON=$(PYTHON) .ci/newest_dagster build

attack: .venv/installed  ## bad days drawn from a seed, for hours; some of them: make attack ARGS="kills files --seed 7"
	$(BIN)/python -m attack $(ARGS)

BASE ?= 61aaf46
RUNS ?= 5
bench-before: .venv/installed  ## a date and the history, now and at the revision BASE, in turns
	$(BIN)/python -m benchmarks.before $(BASE) $(SHARED) build/bench $(RUNS)

bench-peers: .venv/installed build/sqlmesh/installed  ## the same work by SQLMesh, the reference's way, bare queries
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,peers]'
	$(BIN)/python -m benchmarks.peers.run build/bench/simulated/lake

build/sqlmesh/installed: benchmarks/peers/requirements.txt
	$(PYTHON) -m venv build/sqlmesh
	build/sqlmesh/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

clean:
	rm -rf .venv build lake dagster_home/history dagster_home/schedules dagster_home/storage

.venv/installed: setup.cfg pyproject.toml constraints.txt
	@echo "Once, an environment in .venv with all that is needed, which takes a minute or some:"
	$(PYTHON) -m venv --upgrade-deps .venv  # its pip shows how far an installation is
	$(BIN)/pip install --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $@
