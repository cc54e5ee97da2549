#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# brisk bench: that it works and what it prints, not how fast anything is.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

run_brisk bench --quick --json
check 'bench ends well' test "$exit_code" -eq 0
printf '%s' "$out" >bench.json
check 'one JSON object with every stage and sensible figures' "$BRISK_PYTHON" - <<'PYTHON'
import json, math, sys

bench = json.load(open("bench.json"))
sets = bench["machine"]["instruction_sets"]
rows = [(row["stage"], row["instruction_set"]) for row in bench["stages"]]
expected = {"raw", "uniform-f32", "uniform-f64", "normal-f32", "normal-f32-transform", "normal-f64",
            "integer-u32", "resample-1000", "resample-65536", "bootstrap-bca", "tanh-unit-f32",
            "tanh-unit-f64"}
training = {"train-5-f32", "train-10-f32", "train-100-f32", "train-500-f32", "train-500-f64"}
driver = {"trials-loop", "trials-driver", "trials-1-thread", "trials-2-threads"}
once = training | driver | {"stream-open", "scalar-graph", "ideal-bca"}
wall = training | driver | {"bootstrap-bca"}
assert expected | once <= {stage for stage, _ in rows}, rows
assert len(rows) == len(set(rows)), rows
for stage in expected:
    assert [isa for name, isa in rows if name == stage] == sets, (stage, rows)
assert all((stage, None) in rows for stage in once)
assert all((row["clock"] == "wall") == (row["stage"] in wall) for row in bench["stages"])
assert bench["machine"]["cpu"] and bench["machine"]["threads"] >= 1
assert bench["unit"] == "ns per item and core" and bench["runs"] % 2 == 1
for row in bench["stages"]:
    assert 0.0 < row["min"] <= row["median"] <= row["max"] < math.inf, row
    assert row["items_per_call"] >= 1 and row["item"] and row["what"]
PYTHON

run_brisk bench --quick --stage normal-f32
check 'one stage' test "$exit_code" -eq 0
check 'the table names stage, set and machine' matches "$out" 'instruction set in use'
check 'that stage' matches "$out" '^normal-f32 +scalar +[0-9.]+ +[0-9.]+ +[0-9.]+ '
check 'and no other' test -z "$(grep -E '^(raw|uniform|tanh)' <<<"$out")"

check 'an unknown stage' refused 2 "raww.*did you mean 'raw'" bench --stage raww
check 'a stage like nothing' refused 2 'xyzzyxyzzy.*--help' bench --stage xyzzyxyzzy
check 'no value' refused 2 'stage' bench --stage
check 'an argument too many' refused 2 'sideways' bench sideways
finish
