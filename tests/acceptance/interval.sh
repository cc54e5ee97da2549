#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# brisk interval: known answers, every form of input, and a message of its own for every fault.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

check 'known answers' "$BRISK_PYTHON" "$acceptance/check_interval.py" "$BRISK"
check 'and a wrong one is found' bash -c "! '$BRISK_PYTHON' '$acceptance/check_interval.py' --plant '$BRISK'"

# ---- Input -------------------------------------------------------------------------------------------------

{
    echo 'loss,label,said,p,fold,w'
    for i in $(seq 200); do
        echo "$((i % 8 == 0)),$((i % 2)),$(((i % 2) ^ (i % 8 == 0))),0.$((i % 2 ? 900 - i : 100 + i)),f$((i % 40)),$((1 + i % 3))"
    done
} >all.csv
cut -d, -f1 all.csv >one.csv
tail -n +2 one.csv >plain.txt
tr ',' '\t' <all.csv >all.tsv
tr ',' ';' <all.csv >semicolon.csv
tr ',' ' ' <all.csv >blank.txt
gzip -c all.csv >all.csv.gz
"$BRISK_PYTHON" - <<'PYTHON' || exit 1
import h5py
import numpy as np
table = np.loadtxt("plain.txt")
np.save("losses.npy", table)
np.save("small.npy", table.astype("u1"))
np.save("matrix.npy", np.asfortranarray(np.column_stack([table * 0.5, table])))
np.save("flags.npy", table > 0)
with h5py.File("data.h5", "w") as file:
    file["a/losses"] = table
    file["flags"] = table > 0
    file["matrix"] = np.column_stack([table * 0.5, table])
    file.create_dataset("packed", data=table, chunks=(50,), compression="gzip", shuffle=True)
    file["names"] = "text"
PYTHON

answer=$("$BRISK" interval one.csv --csv --method closed-form)
same_answer() { [ "$("$BRISK" interval "$@" --csv --method closed-form)" = "$answer" ]; }
check 'without a header' same_answer plain.txt
check 'a column by name' same_answer all.csv --column loss
check 'a column by number' same_answer all.csv --column 1
check 'tabs' same_answer all.tsv --column loss
check 'semicolons' same_answer semicolon.csv --column loss
check 'blanks' same_answer blank.txt --column loss
check 'gzip' same_answer all.csv.gz --column loss
check '.npy' same_answer losses.npy
check '.npy of bytes' same_answer small.npy
check '.npy of bool' same_answer flags.npy
check '.npy, a column of two axes' same_answer matrix.npy --column 2
check 'HDF5' same_answer data.h5:/a/losses
check 'HDF5, booleans' same_answer data.h5:/flags
check 'HDF5, compressed' same_answer data.h5:/packed
check 'HDF5, a column of two axes' same_answer data.h5:/matrix --column 2
check 'labels and predictions' same_answer all.csv --label label --prediction said
from_standard_input() { [ "$("$BRISK" interval - --csv --method closed-form "${@:2}" <"$1")" = "$answer" ]; }
check 'standard input' from_standard_input plain.txt
check 'standard input, gzip' from_standard_input all.csv.gz --column loss
check 'standard input, .npy' from_standard_input losses.npy
in_a_locale() { LC_ALL=de_DE.UTF-8 "$BRISK" interval all.csv --column p --csv | grep -q '^wald,0\.[0-9]*,0\.[0-9]*,'; }
check 'a locale with decimal commas changes nothing' in_a_locale

# says PATTERN ARGUMENT...: exit code 0, PATTERN on stdout, nothing on stderr.
says() {
    local pattern=$1
    shift
    run_brisk interval "$@"
    [ "$exit_code" -eq 0 ] && [ -z "$err" ] && matches "$(tr -s ' \n' ' ' <<<"$out")" "$pattern" || {
        printf 'exit code %s, stderr: %s\n%s\n' "$exit_code" "$err" "$out"
        return 1
    }
}
check '0/1 data is recognised' says '0/1 data: 25 errors among 200 losses; their range is taken as 0:1' one.csv
check 'an unknown range is said' says 'hoeffding range unknown: give --range A:B' all.csv --column p
check 'a given range is used' says 'range of a loss 0:2 \(given by --range\)' all.csv --column p --range 0:2
check 'no guarantee with an estimated variance' says 'chebyshev, bernstein variance estimated: no finite-sample guarantee' one.csv
check 'with a known variance there is one' says 'chebyshev [^a-z]* finite-sample' one.csv --variance 0.25
check 'scores: the 0/1 loss' says '0/1 loss of scores, positive is 1, a score above 0.5 predicts it' all.csv --label label --score p
check 'scores: another threshold' says 'a score above 0.85 predicts it' all.csv --label label --score p --threshold 0.85
printf 'y,s\n1,1\n1,1\n0,0\n0,0\n' >perfect.csv
check 'a log loss of 0 everywhere has no range' says 'hoeffding range unknown' perfect.csv --label y --score s --loss log --method hoeffding,clopper-pearson
check 'a Brier score of 0 everywhere is no count' says 'clopper-pearson needs 0/1 data' perfect.csv --label y --score s --loss brier --method hoeffding,clopper-pearson
check 'losses of another range are no count' says 'range of a loss 0:2 .*clopper-pearson needs 0/1 data' one.csv --range 0:2 --method hoeffding,clopper-pearson
check '0/1 data of the range 0:1 are' says 'clopper-pearson 0\.' one.csv --range 0:1 --method clopper-pearson
check 'scores: the Brier score' says 'range of a loss 0:1 \(a Brier score of probabilities\)' all.csv --label label --score p --loss brier
check 'scores: the log loss' says 'log loss of scores' all.csv --label label --score p --loss log
for statistic in f1 balanced-accuracy auc; do
    check "labels: $statistic" says "^all.csv: .* $statistic of 200 points: [01].* bootstrap-bca" all.csv --label label --score p --statistic "$statistic" --resamples 500
done
for statistic in variance sd median quantile:0.9 trimmed-mean:0.1; do
    check "$statistic" says "${statistic%:*} of 200 points" all.csv --column p --statistic "$statistic" --resamples 500
done
check 'a ratio' says 'ratio of 200 points' all.csv --column p --statistic ratio --denominator w --resamples 500
check 'groups: what needs independent points says so' says 'clopper-pearson needs independent points' all.csv --column loss --group fold --resamples 500
check 'groups: hoeffding stays' says 'hoeffding [0-9]' all.csv --column loss --group fold --resamples 500
check 'strata with priors, by order' says 'mean of 200 points: 0.175' all.csv --column loss --strata label --prior 0.7,0.3 --resamples 500
check 'strata with priors, by name' says 'mean of 200 points: 0.175' all.csv --column loss --strata label --prior 1=0.3,0=0.7 --resamples 500
check 'weights' says 'mean of 200 points: 0\.12[0-9]*' all.csv --column loss --weights w --resamples 500
check 'several levels' says '90 % intervals.*99\.9 % intervals' one.csv --level 0.9,0.999
check 'bounds' says '95 % upper bounds' one.csv --level 0.95 --side upper
check 'what the bootstrap found' says 'original.*bias.*std. error.*z0' all.csv --column p --details
check 'errors of no test point: no width 0 without a word' says 'degenerate' plain.txt --method wald,chebyshev --label 1 --prediction 1
string_labels() {
    printf 'y,s,p\ncat,cat,0.9\ndog,cat,0.8\ncat,cat,0.7\ndog,dog,0.2\n' >pets.csv
    says '1 errors among 4 losses' pets.csv --label y --prediction s &&
        says 'positive is cat' pets.csv --label y --score p --positive cat
}
check 'labels may be words' string_labels
minus_one() {
    printf 'y,s\n1,1.0\n-1,+1\n-1,-1\n' >signs.csv
    says '1 errors among 3 losses' signs.csv --label y --prediction s
}
check 'labels may be -1 and 1, however written' minus_one
random_seed() {
    run_brisk interval all.csv --column p --seed random --resamples 500 --csv
    [ "$exit_code" -eq 0 ] && matches "$err" 'seed [0-9]+' || return 1
    [ "$("$BRISK" interval all.csv --column p --seed "${err##* }" --resamples 500 --csv)" = "$out" ]
}
check 'a random seed is said and can be given again' random_seed

# ---- The results file --------------------------------------------------------------------------------------

results_file() {
    "$BRISK" interval all.csv --column p --range 0:1 --resamples 500 -o out.h5 --keep-replicates --seed 7 >/dev/null &&
        "$BRISK" show out.h5 >shown.txt && grep -q '^run on .*: [0-9.]* s with' shown.txt && grep -q '^interval/' shown.txt &&
        "$BRISK_PYTHON" - <<'PYTHON'
import h5py
import numpy as np
with h5py.File("out.h5") as file:
    assert file.attrs["format"] == "brisk-results" and file.attrs["complete"] == 1 and file.attrs["seed"] == 7
    table = file["interval"]
    methods = [name.decode() for name in table["method"][()]]
    assert "hoeffding" in methods and "bootstrap-bca" in methods
    for name in ("low", "high", "half_width", "estimate", "level", "sides", "status", "reason", "guarantee",
                 "assumption", "clipped", "mc_error_low", "mc_error_high"):
        assert table[name].shape == (len(methods),), name
        assert table[name].dims[0][0].name == "/interval/method", name
    replicates = file["bootstrap/replicate"][()]
    assert replicates.shape == (500,)
    row = methods.index("bootstrap-percentile")
    assert np.allclose(np.quantile(replicates, [.05, .95]), [table["low"][row], table["high"][row]], rtol=1e-14)
    assert abs(replicates.std(ddof=1) - file["bootstrap"].attrs["standard_error"]) < 1e-12
PYTHON
}
check 'a results file holds the table and the replicates' results_file
same_twice() {
    for copy in 1 2; do
        "$BRISK" interval all.csv --column p --resamples 500 --reproducible -o "$copy.h5" -j "$copy" >/dev/null || return 1
    done
    same_bytes 1.h5 2.h5
}
check '--reproducible: the same bytes for any number of threads' same_twice

# ---- Faults ------------------------------------------------------------------------------------------------

messages=$(mktemp)
refuse() { check "brisk interval ${*:3}" refused "$1" "$2" interval "${@:3}"; }
: >empty.csv
echo loss >header.csv
printf 'loss\n0\n1\nabc\n' >word.csv
printf 'loss\n0\nnan\n' >nan.csv
printf 'loss\n0\ninf\n' >inf.csv
printf 'a,b\n0,1\n1\n' >ragged.csv
printf 'a,b\n0,1\n1,\n' >hole.csv
printf 'loss\n0\n1.5\n' >outside.csv
head -c 100 all.csv.gz >cut.csv.gz
head -c 300 losses.npy >cut.npy
printf '0\n1\n\000\n' >zero.bin
"$BRISK_PYTHON" -c 'import numpy as np; np.save("text.npy", np.array(["a", "b"])); np.savez("a.npz", np.zeros(3))'
refuse 2 'which data'
refuse 2 'empty\.csv is empty' empty.csv
refuse 2 'header\.csv has a header and no rows' header.csv
refuse 2 "word\.csv:4: column 'loss': 'abc' is not a number" word.csv
refuse 2 "nan\.csv:3: column 'loss': 'nan'" nan.csv
refuse 2 "inf\.csv:3: column 'loss': 'inf' is infinite" inf.csv
refuse 2 'ragged\.csv:3: this row has 1 field' ragged.csv --column a
refuse 2 "hole\.csv:3: column 'b': the value is missing" hole.csv --column b
refuse 2 "no column 'losses' in all\.csv; it has loss, label, said, p, fold, w" all.csv --column losses
refuse 2 "which column of all\.csv\? it has loss, label" all.csv
refuse 2 "no column '7' in all.csv" all.csv --column 7
refuse 2 'outside\.csv:3: the loss 1\.5 lies outside --range 0:1' outside.csv --range 0:1
refuse 2 'one file at a time' one.csv plain.txt
refuse 2 "range: 1:0 is empty" one.csv --range 1:0
refuse 2 "range: 'abc' is not of the form" one.csv --range abc
refuse 2 'level: 0 is not between' one.csv --level 0
refuse 2 'level: 1 is not between' one.csv --level 1
refuse 2 'level: 1\.5 is not between' one.csv --level 1.5
refuse 2 "level: 'nan' is not a number" one.csv --level nan
refuse 2 "level: '0.9,' is no list" one.csv --level 0.9,
refuse 2 'level: 0.9 stands there twice' one.csv --level 0.9,0.9
refuse 2 'resamples: 0 is not between' one.csv --resamples 0
refuse 2 "resamples: '1e18' is not a whole number" one.csv --resamples 1e18
refuse 2 'resamples: 1000000000000000000 is not between' one.csv --resamples 1000000000000000000
refuse 2 'variance: -1 is negative' one.csv --variance -1
refuse 2 'method.*wilsn.*wilson' one.csv --method wilsn
# A set keeps what fits; a method that was named must fit.
awk 'BEGIN { print "loss,unit"; for (i = 1; i <= 200; i++) print (i % 9 == 0) "," int(i / 4) }' >units.csv
set_keeps() {
    run_brisk interval units.csv --column loss --resamples 999 --csv "$@"
    [ "$exit_code" -eq 0 ] && matches "$out" '^bootstrap-basic,' && [ "$(grep -c '^ideal' <<<"$out")" -eq 0 ]
}
check 'a set of methods keeps those that groups allow' set_keeps --group unit --method all,wald
check 'a set of methods keeps those of a statistic' set_keeps --statistic median --method all
check 'a set with nothing that fits' refused 2 'ideal-bca: with --group' interval units.csv --column loss --group unit --method ideal
refuse 2 'method: wilson stands there twice' one.csv --method wilson,wilson
refuse 2 "side: 'both'" one.csv --side both
refuse 2 'unknown option --columns.*--column' one.csv --columns a
refuse 2 'wilson: it is for the mean alone' all.csv --column p --statistic median --method wilson
refuse 2 "statistic: there is no statistic 'mode'" one.csv --statistic mode
refuse 2 'quantile needs its parameter' one.csv --statistic quantile
refuse 2 'quantile:2 is outside' one.csv --statistic quantile:2
refuse 2 'statistic f1: it needs labels' one.csv --statistic f1
refuse 2 'statistic auc: predictions have no order' all.csv --label label --prediction said --statistic auc
refuse 2 'denominator' all.csv --column p --statistic ratio
refuse 2 'labels alone have no loss' all.csv --label label
refuse 2 'add --label' all.csv --score p
refuse 2 'give one of the two' all.csv --label label --score p --prediction said
refuse 2 'is no label but looks like a score' all.csv --label label --prediction p
refuse 2 'log loss infinite' all.csv --label label --score said --loss log
refuse 2 'is no probability' all.csv --label label --score w --loss brier
refuse 2 "labels are 'cat' and 'dog'.*--positive" pets.csv --label y --score p
refuse 2 "positive: no label is 'bird'" pets.csv --label y --score p --positive bird
refuse 2 'prior: shares of which strata' one.csv --prior 0.5,0.5
refuse 2 'sum to 0\.9' all.csv --column loss --strata label --prior 0.5,0.4
refuse 2 '1 shares for 2 strata' all.csv --column loss --strata label --prior 1
refuse 2 "there is no stratum '5'" all.csv --column loss --strata label --prior 5=1
refuse 2 'give one of them' all.csv --column loss --strata label --weights w
refuse 2 'ideal: it is for the mean of independent 0/1' all.csv --column p --bootstrap ideal
refuse 2 'json and --csv' one.csv --json --csv
refuse 3 'absent\.csv' absent.csv
refuse 3 'it is a folder' .
refuse 3 'cut\.csv\.gz is gzip.d and ends too early' cut.csv.gz --column loss
refuse 3 'cut\.npy ends too early' cut.npy
refuse 3 'zero\.bin is a binary file' zero.bin
refuse 3 'a\.npz is a zip archive' a.npz
refuse 3 'data\.h5 is an HDF5 file: name one of its datasets' data.h5
refuse 2 'the file has /a/losses, /flags, /matrix, /names, /packed' data.h5:/losses
refuse 2 'names has 0 axes' data.h5:/names
refuse 2 "text\.npy has values of type '<U1'" text.npy
refuse 3 'out\.h5.*--force' one.csv -o out.h5
refuse 3 'no-such-folder' one.csv -o no-such-folder/x.h5
check 'no two faults share a message' no_shared_message
rm -f "$messages"

full_disk() {
    local code=0
    "$BRISK" interval one.csv "$@" >/dev/full 2>err.txt || code=$?
    [ "$code" -eq 3 ] && grep -q 'standard output' err.txt
}
check 'a full disk is exit code 3' full_disk
check 'with JSON too' full_disk --json
finish
