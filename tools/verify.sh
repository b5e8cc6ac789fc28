#!/bin/sh
# All set-up on a fresh machine, then everything that gates. `npm run verify`; CI runs the same.
set -eu
cd "$(dirname "$0")/.."
say() { printf '\n== %s\n' "$*"; }

say "install"
npm ci --no-audit --no-fund --loglevel=error
PATH="$PWD/node_modules/.bin:$PATH"
export PATH
echo "node $(node --version)"
say "format, lint, types, imports"
npm run --silent format:check
npm run --silent lint
npm run --silent types
npm run --silent imports

say "build"
npm run --silent build

say "tests"
exec npx vitest run --project unit --project contract --project docs --project e2e
