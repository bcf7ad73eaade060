#!/bin/sh
# The steps of the image, as good without Docker: an environment with the locked versions at PREFIX, a DAGSTER_HOME with
# the settings for Postgres and the workspace of the code server in it, and every query compiled, which a new container
# or pod would do anew.
#   deploy/install.sh PREFIX
set -eu
prefix=${1:?usage: deploy/install.sh PREFIX}
project=$(cd "$(dirname "$0")/.." && pwd)
"${PYTHON:-python3}" -m venv "$prefix"
"$prefix/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir \
    -c "$project/constraints.txt" "$project[postgres,kubernetes]"
mkdir -p "$prefix/dagster_home/storage"
cp "$project/nba_assets/orchestration/instance/postgres/dagster.yaml" "$prefix/dagster_home/"
cp "$project/deploy/workspace.yaml" "$prefix/"
"$prefix/bin/python" -c '
from nba_assets.compile.statements import statements
from nba_assets.tables.registry import tables

for table in tables():
    for dialect in ("duckdb", "bigquery"):
        statements(table, dialect)'
