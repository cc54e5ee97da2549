#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs the readers in JavaScript, as package-lock.json pins them, into FOLDER: npm.sh FOLDER
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1"
cd "$1"
if cmp -s "$here/package-lock.json" installed-lock.json && [ -d node_modules ]; then
    echo 'installed already'
    exit 0
fi
cp "$here/package.json" "$here/package-lock.json" .
rm -f installed-lock.json
if ! command -v npm >/dev/null || ! npm ci --ignore-scripts --no-audit --no-fund --loglevel=error; then
    rm -rf node_modules
    echo 'npm could not install them'
    # The tests of these readers tell what is missing, and fail in CI.
    exit 0
fi
cp package-lock.json installed-lock.json
