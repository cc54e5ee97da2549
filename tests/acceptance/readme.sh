#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What README.md and analysis/FORMAT.md tell their reader to type works: every `brisk ...` command in the
# README, every Python block of both.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
root=$acceptance/../..

mkdir bin
ln -s "$BRISK" bin/brisk
PATH=$work/bin:$PATH
quick=(--epochs 20 --trials 200 --resamples 200)

mapfile -t commands < <(grep -oE '`brisk [^`]+`' "$root/README.md" | tr -d '`' | sort -u)
check 'the README has commands' test "${#commands[@]}" -ge 6
# The losses that the README makes, and two models' losses.
awk 'BEGIN { print "loss"; for (i = 1; i <= 1000; i++) print (i % 27 == 0) }' >losses.csv
awk 'BEGIN { for (i = 1; i <= 200; i++) print (i % 9 == 0) }' >a.csv
awk 'BEGIN { for (i = 1; i <= 200; i++) print (i % 7 == 0) }' >b.csv
shown_is_printed() {
    local method=hoeffding,bernstein,clopper-pearson,wald,ideal-bca
    diff <(sed -n '/^\$ brisk interval/,/^```/p' "$root/README.md" | sed '1d;$d') \
        <(brisk interval losses.csv --method $method | sed '/^What they promise/,$d' | sed '$d')
}
check 'the table that the README shows is what the command prints' shown_is_printed
# lab.h5 comes first, because others read it.
check 'brisk run lab' bash -c "brisk run lab -o lab.h5 ${quick[*]}"
# Data to train on, and the shards that merge puts together.
awk 'BEGIN { srand(1); print "a,b,label"; for (i = 1; i <= 300; i++) { a = rand(); b = rand(); print a "," b "," (a + b > 1) } }' >train.csv
awk 'BEGIN { srand(2); print "a,b,label"; for (i = 1; i <= 200; i++) { a = rand(); b = rand(); print a "," b "," (a + b > 1) } }' >test.csv
for ((shard = 1; shard <= 8; shard++)); do
    brisk run lab "${quick[@]}" --hidden 5 --shard "$shard/8" --progress none
done
# A run of seconds instead of minutes.
shorter() {
    case $1 in
    'brisk run fit '*) echo --epochs 50 ;;
    'brisk run loss-coverage '*) echo --trials 20 --resamples 99 --points 20 ;;
    'brisk run coverage-study '*) echo --epochs 20 --trials 200 ;;
    'brisk run training-study '*) echo --trainings 10 --epochs 20 ;;
    'brisk run power-study '*) echo --trials 50 --epochs 20 --test-size 100 ;;
    *) echo "${quick[*]}" ;;
    esac
}
for command in "${commands[@]}"; do
    case $command in
    'brisk run' | 'brisk merge') ;; # named, not typed
    'brisk run lab -o lab.h5') check "$command (quick, --force)" bash -c "$command --force ${quick[*]}" ;;
    *--help) check "$command" bash -c "$command" ;;
    'brisk run '*) check "$command (quick)" bash -c "$command $(shorter "$command")" ;;
    'brisk merge '*) check "$command" bash -c "$command --force" ;;
    *) check "$command" bash -c "$command" ;;
    esac
done

# blocks FILE: writes the Python blocks of FILE as block-N.py.
blocks() {
    awk -v prefix="$(basename "$1" .md)" '/^```python/ { n++; on = 1; next } /^```/ { on = 0 }
        on { print > (prefix "-" n ".py") }' "$1"
}
blocks "$root/README.md"
blocks "$root/analysis/FORMAT.md"
# "pip install ./analysis/python", as the README says.
export PYTHONPATH="$root/analysis/python" PYTHONDONTWRITEBYTECODE=1
check 'both pages have Python blocks' test "$(ls ./*.py | wc -l)" -ge 3
for block in ./*.py; do
    check "$block" "$BRISK_PYTHON" "$block"
done
finish
