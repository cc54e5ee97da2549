#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# From a fresh Debian or Ubuntu machine to the lab's results file and its figures.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
    cat <<'TEXT'
Usage: ./run-lab.sh [-o FILE.h5] [--force] [OPTION VALUE ...]

Installs the packages that are missing (apt-get, as root or through sudo), builds brisk into build/,
runs the experiment "lab", draws its figures and writes a report, report.html beside them.

  -o FILE.h5       the results file (default: lab.h5 beside this script); its figures go to the
                   folder FILE-figures beside it (those of lab.h5 to figures)
  --force          run again and replace the results file
  --help           this text

Everything else is handed on to "brisk run lab", for example --hidden 5,10 --trials 1000 -j 1;
"build/bin/brisk run lab --help" lists what it knows.

A results file that this script made with the same options and the same build is not made again.
A file made with other options, or by something else, is replaced with --force only.
TEXT
}

# Our options out of the experiment's.
output=$root/lab.h5
force=no
options=()
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help)
        usage
        exit 0
        ;;
    -o | --output)
        if [ $# -lt 2 ]; then
            echo "error: $1 needs the name of a file" >&2
            exit 2
        fi
        output=$2
        shift
        ;;
    -o?*) output=${1#-o} ;;
    --output=*) output=${1#--output=} ;;
    --force) force=yes ;;
    *) options+=("$1") ;;
    esac
    shift
done
folder=$(dirname "$output")
if ! folder=$(cd "$folder" 2>/dev/null && pwd); then
    echo "error: the folder of $output does not exist; make it first" >&2
    exit 3
fi
output=$folder/$(basename "$output")
case $(basename "$output" .h5) in
lab) figures=$folder/figures ;;
*) figures=${output%.h5}-figures ;;
esac

# The caller's folder stays the current one: options may name files in it.
# shellcheck source=scripts/setup.sh
source "$root/scripts/setup.sh"
install_packages "$packages_build" "$packages_figures"
(cd "$root" && build_preset release)

# What the last run left at this place is told by a stamp: four lines, compared one by one.
brisk=$root/build/bin/brisk
stamp=$root/build/run-lab/$(sha256sum <<<"$output" | cut -c 1-16)
mkdir -p "$root/build/run-lab"
options_now=${options[*]+${options[*]@Q}}
build_now=$(sha256sum <"$brisk")
analysis_now=$(find "$root/analysis/python" -type f \( -name '*.py' -o -path '*/templates/*' \) -print0 | sort -z | xargs -0 cat | sha256sum)
state_of() { stat -c '%n %s %Y %i' "$1" 2>/dev/null || true; }
file_before='' options_before='' build_before='' analysis_before=''
if [ -f "$stamp" ]; then
    {
        read -r file_before
        read -r options_before
        read -r build_before
        read -r analysis_before
    } <"$stamp" || true
fi

run=yes
if [ -e "$output" ] && [ $force = no ]; then
    if [ "$(state_of "$output")" != "$file_before" ]; then
        echo "error: $output exists, and this script did not make it; --force replaces it, -o FILE.h5 leaves it" >&2
        exit 3
    elif [ "$options_now" != "$options_before" ]; then
        echo "error: $output was made with other options (${options_before:-none});" \
            "--force replaces it, -o FILE.h5 leaves it" >&2
        exit 3
    elif [ "$build_now" = "$build_before" ]; then
        echo "$output is up to date (--force runs again)"
        run=no
    else
        echo "$output was made by an earlier build: running again"
    fi
fi
if [ $run = yes ]; then
    replace=()
    if [ -e "$output" ]; then
        replace=(--force)
    fi
    "$brisk" run lab -o "$output" ${replace[@]+"${replace[@]}"} ${options[@]+"${options[@]}"}
    printf '%s\n' "$(state_of "$output")" "$options_now" "$build_now" '' >"$stamp"
    analysis_before=''
fi

if [ "$analysis_now" = "$analysis_before" ] && [ -f "$figures/report.html" ]; then
    echo "$figures is up to date"
else
    # Figures of networks that are no longer in the file go; what else lies there stays.
    if [ -f "$stamp.figures" ]; then
        xargs -r -d '\n' rm -f <"$stamp.figures"
    fi
    echo "drawing the figures and writing the report"
    PYTHONPATH=$root/analysis/python PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m brisk_analysis \
        report "$output" -o "$figures/report.html" --figures "$figures" >"$stamp.figures"
    printf '%s\n' "$(state_of "$output")" "$options_now" "$build_now" "$analysis_now" >"$stamp"
fi
echo
echo "Results: $output"
echo "Figures: $figures"
echo "Report:  $figures/report.html (open it in a browser)"
