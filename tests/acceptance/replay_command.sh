#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# brisk replay: one trial again, beside the file and beside a replay that does without brisk.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
export PYTHONPATH=$acceptance/../../analysis/python PYTHONDONTWRITEBYTECODE=1

replayed() {
    local pattern=$1
    shift
    run_brisk replay "$@"
    [ "$exit_code" -eq 0 ] || {
        printf 'exit code %s: %s\n' "$exit_code" "$err"
        return 1
    }
    # check runs its command in a subshell.
    printf '%s\n' "$out" >table.csv
    matches "$err" "$pattern"
}

small=(--hidden 5,60 --activation tanh,relu --epochs 100 --trials 200 --test-size 100 --resamples 199)
check 'brisk run lab' bash -c "'$BRISK' run lab ${small[*]} -o lab.h5 --progress none >page.txt"

# Points, labels, scores and errors are those of a replay with NumPy alone; intervals those of `brisk interval`.
same_points() {
    "$BRISK" replay lab.h5 --name "$1" --trial "$2" -o points.csv --force --progress none &&
        "$BRISK" replay lab.h5 --name "$1" --trial "$2" --table interval -o interval.csv --force --progress none &&
        "$BRISK" replay lab.h5 --name "$1" --trial "$2" -o trial.h5 --force --progress none &&
        "$BRISK_PYTHON" - "$1" "$2" <<'EOF'
import csv, sys
import h5py, numpy as np
from brisk_analysis import replay
name, trial = sys.argv[1], int(sys.argv[2])
with h5py.File("lab.h5") as file:
    theirs = replay.replay_trial(file, name, trial)
    stored = int(file[f"network/{name}/trials/error_count"][trial])
    size = int(file[f"network/{name}/trials/error_count"].attrs["test_size"])
rows = list(csv.DictReader(open("points.csv")))
assert list(rows[0]) == ["x0", "x1", "y", "score", "error"], list(rows[0])
x = np.array([[float(r["x0"]), float(r["x1"])] for r in rows])
assert x.shape == theirs["x"].shape and np.abs(x - theirs["x"]).max() < 1e-6
assert [int(r["y"]) for r in rows] == list(theirs["y"])
score = np.array([float(r["score"]) for r in rows])
assert np.abs(score - theirs["score"]).max() < 1e-4, np.abs(score - theirs["score"]).max()
clear = np.abs(theirs["score"]) > 1e-5
error = np.array([int(r["error"]) for r in rows])
assert (error == theirs["error"])[clear].all() and error.sum() == stored
with h5py.File("trial.h5") as file:
    assert file.attrs["trial"] == trial and file.attrs["network"] == name
    for column, values in (("score", score), ("error", error)):
        assert (file["point"][column][()] == values).all()  # the digits of the CSV bring the numbers back
    assert (file["point/x"][()] == x).all()
    output = dict(zip(file["output/output"].asstr()[()], zip(file["output/value"][()], file["output/stored"][()])))
    assert output[name] == (stored, stored)
intervals = {r["method"]: r for r in csv.DictReader(open("interval.csv"))}
assert list(intervals) == ["hoeffding", "chebyshev", "bernstein", "bootstrap-percentile", "bootstrap-bca"]
p, delta = stored / size, 0.1
half = np.sqrt(np.log(2 / delta) / (2 * size))
assert abs(float(intervals["hoeffding"]["half_width"]) - half) < 1e-12
assert all(float(r["low"]) <= p <= float(r["high"]) for r in intervals.values())
EOF
}
for network in tanh_5 tanh_60 relu_5 relu_60; do
    for trial in 0 7 199; do
        check "$network, trial $trial, beside NumPy alone" same_points $network $trial
    done
done

# The intervals of the fixed test set come from the same code: where a trial has its count, they are the same.
same_intervals() {
    "$BRISK_PYTHON" - "$BRISK" <<'EOF'
import csv, io, subprocess, sys
import h5py
with h5py.File("lab.h5") as file:
    for name, network in file["network"].items():
        count = int(network["test_set"].attrs["error_count"])
        trials = [t for t, c in enumerate(network["trials/error_count"][()]) if c == count]
        if trials:
            break
    else:
        sys.exit("no trial has the count of the fixed test set")
    table = network["interval"]
    ends = {m: (low, high) for m, low, high in
            zip(table["method"].asstr()[()], table["low"][()], table["high"][()])}
said = subprocess.run([sys.argv[1], "replay", "lab.h5", "--name", name, "--trial", str(trials[0]), "--table",
                       "interval"], capture_output=True, text=True, check=True).stdout
for row in csv.DictReader(io.StringIO(said)):
    if not row["method"].startswith("bootstrap"):
        assert (float(row["low"]), float(row["high"])) == ends[row["method"]], row
EOF
}
check 'closed intervals are those of a test set with the same count' same_intervals

# ---- What is told, and where it goes
check 'what came out is told' replayed "trial 7 of 'fresh test sets': .*tanh_5 .*the file keeps 4 of 4 outputs, which agree" lab.h5 --name tanh_5 --trial 7
check 'the table is on stdout' test "$(head -n 1 table.csv)" = 'x0,x1,y,score,error'
check 'a line a point' test "$(wc -l <table.csv)" -eq 101
check 'the whole trial' replayed "tables: output, point$" lab.h5 --name 'fresh test sets' --trial 7
check 'points alone' test "$(head -n 1 table.csv)" = 'x0,x1,y'
check 'its outputs' replayed '' lab.h5 --name 'fresh test sets' --trial 7 --table output
check 'with names and the values of the file' matches "$(sed -n 2p table.csv)" '^tanh_5,[0-9]+,1,[0-9]+$'
check 'another number of threads' replayed '' lab.h5 --name tanh_5 --trial 7 -j 1
check 'silence' test -z "$("$BRISK" replay lab.h5 --name tanh_5 --trial 7 --progress none 2>&1 >/dev/null)"

# ---- Experiments that say no more of a trial
check 'brisk run pi' bash -c "'$BRISK' run pi --trials 300 -o pi.h5 --progress none >page.txt"
check 'the only simulation needs no name' replayed "trial 299 of 'pi': pi 3\.[0-9]*; the file keeps 1 of 1 outputs" pi.h5 --trial 299
value() { [ "$(sed -n 2p table.csv | cut -d, -f2)" = "$("$BRISK_PYTHON" -c 'import h5py; print("%.15g" % h5py.File("pi.h5")["pi/trial_value"][299])')" ]; }
check 'its value' value
check 'a summary keeps none' bash -c "'$BRISK' run pi --trials 300 --keep summary -o folded.h5 --progress none >page.txt"
check 'so it is not compared' replayed 'keeps 0 of 1 outputs; tables' folded.h5 --trial 299
check 'and its cell is empty' test "$(sed -n 2p table.csv | cut -d, -f3,4)" = '0,'
check 'a training study' bash -c "'$BRISK' run training-study --hidden 5,6 --epochs 10 --trainings 4 -o training.h5 --progress none >page.txt"
check 'one of its trainings' replayed "trial 3 of 'tanh_6'" training.h5 --name tanh_6 --trial 3

# ---- A file that holds something else
changed() {
    "$BRISK_PYTHON" -c '
import h5py, shutil
shutil.copy("lab.h5", "changed.h5")
with h5py.File("changed.h5", "r+") as file:
    file["network/tanh_5/trials/error_count"][7] += 1'
}
check 'a changed count' changed
differs() {
    run_brisk replay changed.h5 --name tanh_5 --trial 7
    [ "$exit_code" -eq 4 ] && matches "$err" "changed\.h5: 'fresh test sets', trial 7: tanh_5 is [0-9]+ in the file" &&
        [ "$(wc -l <<<"$out")" -eq 101 ]
}
check 'is found, and the trial is shown all the same' differs
check 'other trials are as they were' replayed '' changed.h5 --name tanh_5 --trial 8

# ---- What is wrong is told
check 'no trial' refused 2 'which trial' replay lab.h5 --name tanh_5
check 'no file' refused 2 'which results file' replay --trial 3
check 'a trial behind the last one' refused 2 "no trial 200; 'fresh test sets' has the trials 0 to 199" replay lab.h5 --name tanh_5 --trial 200
check 'a trial below the first' refused 2 'numbered from 0' replay lab.h5 --name tanh_5 --trial=-1
check 'no name where there are several' refused 2 'which of fresh test sets, tanh_5, tanh_60, relu_5, relu_60' replay lab.h5 --trial 3
check 'a name that does not exist' refused 2 "no 'tanh_6'; did you mean 'tanh_60'" replay lab.h5 --name tanh_6 --trial 3
check 'a simulation that does not exist' refused 2 "no 'fresh tets sets'; did you mean 'fresh test sets'" replay lab.h5 --name 'fresh tets sets' --trial 3
check 'a name like none' refused 2 "no 'gradient descent'; the file has fresh test sets" replay lab.h5 --name 'gradient descent' --trial 3
check 'a name of what is no trial' refused 2 "no 'decision'; the file has fresh test sets, tanh_5, tanh_60, relu_5, relu_60$" replay lab.h5 --name decision --trial 3 --progress none
# Training tells its progress; a name that is refused before leaves the message alone.
at_once() {
    run_brisk replay lab.h5 --name tanh_6 --trial 3 --progress json
    [ "$exit_code" -eq 2 ] && [ "$(wc -l <<<"$err")" -eq 1 ] && matches "$err" 'did you mean'
}
check 'before anything is trained' at_once
check 'several simulations' refused 2 'which of tanh_5, tanh_6' replay training.h5 --trial 0
check 'no trials at all' bash -c "'$BRISK' run tensor-basics -o basics.h5 --progress none >page.txt"
check 'is told' refused 2 'holds no trials' replay basics.h5 --trial 0
check 'a table that does not exist' refused 2 "no 'points'; this trial has output, point, interval" replay lab.h5 --name tanh_5 --trial 3 --table points
check 'a file of another kind' refused 2 'neither with \.csv nor with \.h5' replay lab.h5 --name tanh_5 --trial 3 -o trial.txt
check 'one table of a file of all' refused 2 'all tables' replay lab.h5 --name tanh_5 --trial 3 -o trial2.h5 --table point
check 'a file that exists' refused 3 'points\.csv.*exists|--force' replay lab.h5 --name tanh_5 --trial 3 -o points.csv
check 'a folder that does not exist' refused 3 'nowhere' replay lab.h5 --name tanh_5 --trial 3 -o nowhere/points.csv
bad_configuration() {
    "$BRISK_PYTHON" -c '
import h5py, shutil
shutil.copy("lab.h5", "bad.h5")
with h5py.File("bad.h5", "r+") as file:
    file["config/text"][()] = file["config/text"].asstr()[()].replace("trials = 200", "trials = 2OO")'
}
check 'a configuration that is none' bad_configuration
check 'is trouble with the file' refused 3 "bad\.h5:/config/text:[0-9]+: trials: '2OO' is not a whole number" replay bad.h5 --name tanh_5 --trial 3
check 'a file that is not there' refused 3 'none\.h5' replay none.h5 --trial 0
full() { ! "$BRISK" replay lab.h5 --name tanh_5 --trial 3 >/dev/full 2>full.txt && matches "$(cat full.txt)" 'standard output'; }
check 'a table that cannot be printed is an error' full
finish
