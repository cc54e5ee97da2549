#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Help: on every command, on stdout, complete, and an error where it cannot be written.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# prints PATTERN ARGUMENT...: exit code 0, PATTERN on stdout, nothing on stderr.
prints() {
    local pattern=$1
    shift
    run_brisk "$@"
    [ "$exit_code" -eq 0 ] || {
        printf 'exit code %s: %s\n' "$exit_code" "$err"
        return 1
    }
    [ -z "$err" ] || {
        printf 'stderr is not empty: %s\n' "$err"
        return 1
    }
    matches "$out" "$pattern"
}

# The page must fail loudly where it cannot be written.
fails_on_full_disk() { ! "$BRISK" "$@" >/dev/full 2>/dev/null; }

check 'brisk --version' prints 'brisk [0-9]+\.[0-9]+\.[0-9]+' --version
check 'brisk --help names the commands' prints '\brun\b' --help
for command in run merge list show verify replay export interval compare plan coverage rng bench; do
    check "brisk --help names $command" prints "\\b$command\\b" --help
    check "brisk $command --help" prints "usage.*$command" "$command" --help
    check "brisk $command --help > /dev/full fails" fails_on_full_disk "$command" --help
done
check 'brisk --help > /dev/full fails' fails_on_full_disk --help
check 'brisk --version > /dev/full fails' fails_on_full_disk --version
check 'brisk list > /dev/full fails' fails_on_full_disk list

for option in -j --seed --config --force --reproducible --progress --keep --stop-mcse --stop-width --stop-level --resume \
    --checkpoint-every --time-limit --shard --dry-run; do
    check "brisk run --help names $option" prints "(^|[^a-z-])$option\\b" run --help
    check "brisk run lab --help names $option" prints "(^|[^a-z-])$option\\b" run lab --help
done
for option in -j --sample --sample-seed --exact --progress; do
    check "brisk verify --help names $option" prints "(^|[^a-z-])$option\\b" verify --help
done
for option in -j --name --trial --table -o --force --progress; do
    check "brisk replay --help names $option" prints "(^|[^a-z-])$option\\b" replay --help
done
for option in -j --force --reproducible --progress; do
    check "brisk merge --help names $option" prints "(^|[^a-z-])$option\\b" merge --help
done
for experiment in lab tensor-basics gradient-check training test-error fit coverage-study training-study power-study loss-coverage pi; do
    check "brisk list names $experiment" prints "^ *$experiment\\b" list
    check "brisk run $experiment --help" prints "$experiment" run "$experiment" --help
    check "brisk list $experiment" prints "$experiment" list "$experiment"
done
for option in hidden activation train-size learning-rate epochs dtype trials test-size sampling resamples level; do
    check "brisk run lab --help names --$option" prints "--$option\\b" run lab --help
done
for option in train test test-share label ignore standardise hidden activation loss optimiser learning-rate momentum weight-decay epochs \
    dtype resamples level; do
    check "brisk run fit --help names --$option" prints "--$option\b" run fit --help
done
for option in level side method variance statistic order column label prediction score range group strata prior weights bootstrap \
    resamples seed quantile ties influence json csv output; do
    check "brisk interval --help names --$option" prints "--$option\b" interval --help
done
check 'brisk interval --help names every method and its promise' prints '^ *exact: clopper-pearson' interval --help
for option in level margin column label resamples seed json csv; do
    check "brisk compare --help names --$option" prints "--$option\b" compare --help
done
for option in epsilon delta width p difference discordant power endpoint-error level side json; do
    check "brisk plan --help names --$option" prints "--$option\b" plan --help
done
for option in m p sampling ratio level method side minimum trials resamples seed json csv; do
    check "brisk coverage --help names --$option" prints "--$option\b" coverage --help
done
check 'brisk show --help names --json' prints '--json\b' show --help
for option in output force; do
    check "brisk export --help names --$option" prints "--$option\b" export --help
done
check 'brisk list --purposes' prints 'training-set' list --purposes

# Without a command the reader is told what there is, and it is an error.
run_brisk
check 'brisk alone is bad usage' test "$exit_code" -eq 2
check 'brisk alone names the help' matches "$err" '--help|usage'
finish
