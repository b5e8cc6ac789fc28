#!/bin/sh
# The whole job on a fresh clone: install, build, run the quickstart study, name the report.
set -eu
cd "$(dirname "$0")/.."
[ -x node_modules/.bin/tsc ] || npm ci --no-audit --no-fund --loglevel=error
PATH="$PWD/node_modules/.bin:$PATH"
npm run --silent build
exec node dist/app/cli/main.js study run examples/quickstart/study.yaml "$@"
