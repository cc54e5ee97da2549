#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What users of other languages are given: the functions in R, the package in Julia, the notebook.
# $READERS_NODE_MODULES holds the npm packages of package.json.
# shellcheck source=../acceptance/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../acceptance/common.sh"
readers=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$readers/../.." && pwd)

run_brisk run lab --hidden 3,12 --epochs 20 --trials 200 --test-size 100 --resamples 500 -o lab.h5
check 'brisk run lab' test "$exit_code" -eq 0
run_brisk run lab --hidden 3 --epochs 20 --trials 200 --test-size 100 --resamples 500 --keep summary -o summary.h5
check 'brisk run lab --keep summary' test "$exit_code" -eq 0

# there WHAT COMMAND...: whether a tool is there; without it a part is left out, but in CI that is a failure.
there() {
    local what=$1
    shift
    "$@" >/dev/null 2>&1 && return 0
    if [ "${CI:-}" = true ]; then
        check "$what is there" false
    else
        note "left out: $what is not here (packages_readers in scripts/setup.sh)"
    fi
    return 1
}

in_r() {
    Rscript "$readers/functions.R" "$root/analysis/r/brisk.R" "$1.h5" "$1.pdf" >"$1.tsv" &&
        test -s "$1.pdf" && "$BRISK_PYTHON" "$readers/check_functions_r.py" "$1.h5" "$1.tsv"
}
if there "R's hdf5r" Rscript -e 'library(hdf5r)'; then
    check 'the functions in R' in_r lab
    check 'the functions in R, without the values of trials' in_r summary
fi

julia() {
    ln -sfn "$READERS_NODE_MODULES" node_modules && cp "$readers/check_julia.mjs" . &&
        node check_julia.mjs --self-test "$root"/analysis/julia/*/*.jl "$root"/analysis/julia/README.md \
            "$root/analysis/FORMAT.md" "$root/README.md"
}
if there 'the grammar of Julia' test -d "${READERS_NODE_MODULES:?}/tree-sitter-julia" -a -x "$(command -v node)"; then
    check 'the package in Julia: grammar, and names' julia
fi

notebook() {
    cp "$root/analysis/notebooks/lab.ipynb" . &&
        "$BRISK_PYTHON" -m nbconvert --to notebook --execute --output done.ipynb lab.ipynb &&
        "$BRISK_PYTHON" - <<'PYTHON'
import json
cells = json.load(open("done.ipynb"))["cells"]
pictures = sum("image/png" in output.get("data", {}) for cell in cells for output in cell.get("outputs", []))
assert pictures == 4, f"{pictures} pictures"
PYTHON
}
if there 'nbconvert' "$BRISK_PYTHON" -c 'import nbconvert, ipykernel'; then
    check 'the notebook, every cell' notebook
fi
finish
