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

# A browser for the tests that run in one; elsewhere they skip and say so.
if ! command -v chromium >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  say "chromium"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
fi

say "format, lint, types, imports"
npm run --silent format:check
npm run --silent lint
npm run --silent types
npm run --silent imports

say "build"
npm run --silent build

say "published values beside ours"
node tools/conformance.ts

say "tests"
exec npx vitest run --project unit --project contract --project docs --project e2e
