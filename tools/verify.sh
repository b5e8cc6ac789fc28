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
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && ! command -v chromium >/dev/null; then
  say "chromium (for looking at the report as a browser does)"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 ||
    echo "chromium could not be installed: its tests will say that they skip"
fi

say "format, lint, types, imports"
npm run --silent format:check
npm run --silent lint
npm run --silent types
npm run --silent imports

say "build"
npm run --silent build

say "tests"
exec npx vitest run --project unit --project contract --project docs --project e2e
