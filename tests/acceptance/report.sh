#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The HTML report of the lab and three other experiments, in a headless browser: ../analysis/test_report_browser.py.
# Pages and screenshots stay in the folder report-pages of the build.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null || ! command -v chromedriver >/dev/null ||
    ! "$BRISK_PYTHON" -c 'import selenium' 2>/dev/null; then
    note 'left out: needs chromium, chromedriver and selenium (packages_readers in scripts/setup.sh)'
    test "${CI:-}" != true
    exit
fi

pages=$(cd "$(dirname "$BRISK")/.." && pwd)/report-pages
mkdir -p "$pages"
rm -f "$pages"/*.html "$pages"/*.png "$pages"/*.pdf
export PYTHONPATH="$acceptance/../../analysis/python" PYTHONDONTWRITEBYTECODE=1

report() {
    check "report of $1" "$BRISK_PYTHON" -m brisk_analysis report "$1.h5" -o "$pages/$1.html"
    check "$1.html is a page of less than 5 MB" test -s "$pages/$1.html" -a "$(stat -c %s "$pages/$1.html")" -lt 5000000
}

run_brisk run lab --hidden 5,50 --activation tanh,relu --epochs 300 --trials 1000 --test-size 200 --resamples 1999 -o lab.h5
check 'brisk run lab' test "$exit_code" -eq 0
"$BRISK_PYTHON" "$acceptance/breast_cancer.py" cancer.csv
run_brisk run fit --train cancer.csv --hidden 5,10 --epochs 100 --resamples 499 -o fit.h5
check 'brisk run fit' test "$exit_code" -eq 0
run_brisk run coverage-study --hidden 5,10 --epochs 100 --trials 300 --test-size 200 --resamples 99 -o coverage-study.h5
check 'brisk run coverage-study' test "$exit_code" -eq 0
run_brisk run power-study --hidden 2,5 --epochs 100 --trials 200 --test-size 50,200 --truth-points 20000 -o power-study.h5
check 'brisk run power-study' test "$exit_code" -eq 0
for name in lab fit coverage-study power-study; do
    report "$name"
done

check 'the pages in a browser' env BRISK_REPORT_PAGES="$pages" "$BRISK_PYTHON" -m pytest -q -p no:cacheprovider \
    "$acceptance/../analysis/test_report_browser.py"
note "pages and screenshots: $pages"
finish
