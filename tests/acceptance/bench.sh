#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# brisk bench: that it works and what it prints, not how fast anything is.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

run_brisk bench --quick --json
check 'bench ends well' test "$exit_code" -eq 0
printf '%s' "$out" >bench.json
# What the limits promise holds of optimised code: sanitizers slow the calibration down more than the rest.
optimised=no
[[ $("$BRISK" --version) == *', Release,'* ]] && optimised=yes
export optimised
check 'one JSON object with every stage and sensible figures' "$BRISK_PYTHON" - <<'PYTHON'
import json, math, os

bench = json.load(open("bench.json"))
sets = bench["machine"]["instruction_sets"]
rows = [(row["stage"], row["instruction_set"]) for row in bench["stages"]]
hot = {"raw", "uniform-f32", "uniform-f64", "normal-f32", "normal-f32-transform", "normal-f64", "integer-u32",
       "resample-1000", "resample-65536", "bootstrap-bca", "tanh-unit-f32", "tanh-unit-f64", "dense-trial", "map-trial",
       "map-labels"}
training = {"train-5-f32", "train-10-f32", "train-100-f32", "train-500-f32", "train-500-f64"}
trials = {"trials-loop", "trials-driver", "trials-1-thread", "trials-2-threads", "trials-500"}
uncounted = {"stream-open", "scalar-graph", "ideal-bca"}
once = training | trials | uncounted | {"resample-1e6"}
wall = training | trials | {"bootstrap-bca", "resample-1e6"}
one, two = {"trials-loop", "trials-driver", "trials-1-thread"}, {"trials-2-threads"}
assert hot | once <= {stage for stage, _ in rows}, rows
assert not {"lab", "coverage-study", "memory-summary", "file-lab"} & {stage for stage, _ in rows}, "slow stages only where named"
assert len(rows) == len(set(rows)), rows
for stage in hot:
    assert [isa for name, isa in rows if name == stage] == sets, (stage, rows)
assert all((stage, None) in rows for stage in once)
assert bench["machine"]["cpu"] and bench["machine"]["threads"] >= 1
assert bench["unit"] == "ns per item" and bench["runs"] % 2 == 1
units = {"fma-f32", "fma-f64", "divide-f32", "divide-f64", "load", "multiply-vector", "multiply-word"}
assert list(bench["operation_ns"]) == sets, bench["operation_ns"]
for speed in bench["operation_ns"].values():
    assert set(speed) == units and all(0.0 < ns < 1e4 for ns in speed.values()), speed


def limit_of(row):
    """Again from the counts: the slowest kind alone; the baseline has no fused multiply-add."""
    isa, work = row["instruction_set"] or bench["machine"]["instruction_set"], row["work"]
    speed = bench["operation_ns"][isa]
    fma = 0.0 if isa == "scalar" else 1.0
    kinds = {"multiply-adds": fma * sum(work[f"fma_{t}"] * speed[f"fma-{t}"] for t in ("f32", "f64")),
             "divisions": sum(work[f"divide_{t}"] * speed[f"divide-{t}"] for t in ("f32", "f64")),
             "loads": work["load"] * speed["load"],
             "integer products": work["multiply"] / (1 / speed["multiply-vector"] + 1 / speed["multiply-word"])}
    bound = max(kinds, key=kinds.get)
    return kinds[bound] / row["threads"], bound


for row in bench["stages"]:
    stage = row["stage"]
    assert 0.0 < row["min"] <= row["median"] <= row["max"] < math.inf, row
    assert row["items_per_call"] >= 1 and row["item"] and row["what"] and row["formula"] and row["runs"] >= 1, row
    assert (row["clock"] == "wall") == (stage in wall) and row["unit"] == "ns", row
    threads = 2 if stage in two else 1 if stage in one or stage not in wall else bench["machine"]["threads"]
    assert row["threads"] == threads, row
    if stage in uncounted:
        assert row["limit"] is row["fraction"] is row["bound_by"] is row["work"] is None, row
        continue
    assert 0.0 < row["fraction"] <= (1.2 if os.environ["optimised"] == "yes" else math.inf), row
    assert math.isclose(row["fraction"], row["limit"] / row["median"], rel_tol=1e-4), row
    limit, bound = limit_of(row)
    assert math.isclose(row["limit"], limit, rel_tol=1e-4) and row["bound_by"] == bound, (row, limit, bound)
    print(f"{stage:<22} {row['instruction_set'] or 'any':<7} {row['fraction']:.2f} {bound}")
PYTHON

run_brisk bench --quick --stage normal-f32
check 'one stage' test "$exit_code" -eq 0
check 'the table names stage, set and machine' matches "$out" 'instruction set in use'
check 'that stage' matches "$out" '^normal-f32 +scalar +1 +[0-9.]+ +[0-9.]+ +[0-9.]+ '
check 'its limit and what bounds it' matches "$out" '^normal-f32 .*(divisions|multiply-adds|integer products)'
check 'and no other' test -z "$(grep -E '^(raw|uniform|tanh)' <<<"$out")"
check 'and what limits are made of' matches "$out" '^ +divide-f32 +[0-9.]+'

run_brisk bench --quick --json --threads 1 --stage raw,train-5-f32 --stage ideal-bca --stage memory-summary --stage file-trials
printf '%s' "$out" >several.json
check 'several stages, by list and by repetition, in the order of the table' "$BRISK_PYTHON" - <<'PYTHON'
import json

bench = json.load(open("several.json"))
stages = [row["stage"] for row in bench["stages"]]
sets = bench["machine"]["instruction_sets"]
assert stages == ["raw"] * len(sets) + ["ideal-bca", "train-5-f32", "memory-summary", "file-trials"], stages
assert bench["machine"]["threads"] == 1 and all(row["threads"] == 1 for row in bench["stages"])
memory, file = bench["stages"][-2:]
assert file["unit"] == "percent" and 0.0 < file["median"] < 100.0 and file["limit"] is None, file
assert memory["unit"] == "bytes" and memory["clock"] == "none" and memory["limit"] is None
# 8 bytes a block of 64 trials, and what an allocator rounds up; not the 8 bytes a trial of kept values.
assert memory["median"] is None or 0.0 <= memory["median"] < 2.0, memory
PYTHON

run_brisk bench --help
check 'the help names all stages' matches "$out" '^ \*lab .*'
check 'and what takes long' matches "$out" 'takes seconds'
peers="$acceptance/../../experiments/peers"
# -S: without the packages of the peers, whether they are installed or not.
compared() {
    "$BRISK_PYTHON" -S "$peers/compare.py" --brisk "$BRISK" --quick --json --stages two-threads,train-5,ideal-bca >compare.json
}
check 'a comparison where no peer is installed' compared
check 'what is missing is said and no error; the rest has ratios' "$BRISK_PYTHON" - <<'PYTHON'
import json

found = json.load(open("compare.json"))
assert set(found["missing"]) == {"train-5", "ideal-bca"}, found["missing"]
assert "python3-torch" in found["missing"]["train-5"] and "python3-scipy" in found["missing"]["ideal-bca"]
row, = found["stages"]
assert row["name"] == "two-threads" and row["ratio"]["min"] <= row["ratio"]["median"] <= row["ratio"]["max"], row
assert row["ratio"]["median"] == row["peer_times"][0] / row["brisk_times"][0] and found["pairs"] == 1
assert found["machine"]["processor"] and "brisk" in found["versions"] and found["load_start"] >= 0.0
PYTHON
check 'an unknown stage of the comparison' bash -c \
    '! "$BRISK_PYTHON" -S "$0/compare.py" --brisk "$BRISK" --stages nonsense 2>error && grep -q "known are" error' "$peers"

check 'an unknown stage' refused 2 "raww.*did you mean 'raw'" bench --stage raww
check 'a stage like nothing' refused 2 'xyzzyxyzzy.*--help' bench --stage xyzzyxyzzy
check 'an unknown one in a list' refused 2 "tanh-unit-f23.*did you mean 'tanh-unit-f32'" bench --stage raw,tanh-unit-f23
check 'an empty name' refused 2 'stage' bench --stage raw,,uniform-f32
check 'no threads' refused 2 'threads.*0.*between 1 and' bench --threads 0
check 'threads in words' refused 2 'threads.*two' bench --threads two
check 'no value' refused 2 'stage' bench --stage
check 'an argument too many' refused 2 'sideways' bench sideways
finish
