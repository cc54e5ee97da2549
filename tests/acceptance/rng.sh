#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# brisk rng prints the streams of NumPy and the documented variates, one value a line, and refuses what it
# cannot do with a message that names the argument.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

check 'raw draws, uniforms and integers are those of NumPy' "$BRISK_PYTHON" "$acceptance/check_rng.py" "$BRISK"
check 'and the comparison can fail' bash -c "! '$BRISK_PYTHON' '$acceptance/check_rng.py' --plant '$BRISK'"

# prints LINES PATTERN ARGUMENT...: exit code 0, so many lines, each matches, nothing on stderr.
prints() {
    local lines=$1 pattern=$2
    shift 2
    run_brisk rng "$@"
    [ "$exit_code" -eq 0 ] && [ -z "$err" ] && [ "$(wc -l <<<"$out")" -eq "$lines" ] &&
        [ "$(grep -cxE -- "$pattern" <<<"$out")" -eq "$lines" ] || {
        printf 'exit code %s, stderr: %s\n%s\n' "$exit_code" "$err" "$(head -n 5 <<<"$out")"
        return 1
    }
}
address=(--purpose trial --index 3)
real='-?[0-9]+(\.[0-9]+)?(e[-+][0-9]+)?'
check 'raw: 16 digits a line' prints 5000 '[0-9a-f]{16}' "${address[@]}" --count 5000 --raw
check 'uniform is the default' prints 5 "$real" "${address[@]}" --count 5
for dist in 'uniform --low -3 --high 1e6' 'normal --mean 3 --sd 0.1' 'exponential --rate 2' 'gamma --shape 0.5' \
    'gamma --shape 3 --rate 2' 'beta --alpha 2 --beta 0.5' 'student-t --df 4'; do
    # shellcheck disable=SC2086
    check "$dist" prints 5001 "$real" "${address[@]}" --count 5001 --dist $dist
done
for dist in uniform normal exponential; do
    check "$dist in f32" prints 5001 "$real" "${address[@]}" --count 5001 --dist "$dist" --dtype f32
done
for dist in 'integer --bound 10' 'integer-exact --bound 10' 'bernoulli --p 0.5' 'binomial --n 9 --p 0.5' 'poisson --mean 0.1'; do
    # shellcheck disable=SC2086
    check "$dist" prints 5001 '[0-9]' "${address[@]}" --count 5001 --dist $dist
done
check 'integers of half a draw' prints 5001 '[0-9]' "${address[@]}" --count 5001 --dist integer --bound 10 --dtype u32
check 'large means and numbers of trials' prints 10 '[0-9]{9,}' "${address[@]}" --count 10 --dist poisson --mean 1e9
check 'a seed, an index and a bound of 64 bits' prints 3 '[0-9]+' --seed 18446744073709551615 --purpose 4294967295 \
    --index 18446744073709551615 --count 3 --dist integer --bound 18446744073709551615

same_lines() {
    [ "$("$BRISK" rng "${address[@]}" --count 9000 "${@:2}" | head -n "$1")" = \
        "$("$BRISK" rng "${address[@]}" --count "$1" "${@:2}")" ]
}
check 'a longer stream begins with the shorter' same_lines 4097 --dist normal
check 'in f32 too' same_lines 4097 --dist normal --dtype f32
check 'and by rejection' same_lines 4097 --dist gamma --shape 0.4
by_name_and_number() {
    [ "$("$BRISK" rng --purpose trial --index 1 --count 9 --raw)" = "$("$BRISK" rng --purpose 4 --index 1 --count 9 --raw)" ]
}
check 'a purpose by name is the purpose by number' by_name_and_number
check 'the purposes are listed' bash -c "'$BRISK' list --purposes | grep -qE '^ +4 +trial '"
for purpose in 1 7 gradient-direction 1024 4294967295; do
    check "purpose $purpose" prints 3 '[0-9a-f]{16}' --purpose $purpose --index 0 --count 3 --raw
done
check "a user's purpose, nested" prints 3 '[0-9a-f]{16}' --purpose 1024 --index 0 --sub 0 --count 3 --raw
nested_is_another_stream() {
    [ "$("$BRISK" rng --purpose 1024 --index 3 --count 1 --raw)" != "$("$BRISK" rng --purpose 1024 --index 3 --sub 0 --count 1 --raw)" ]
}
check 'which is another stream' nested_is_another_stream
# What the help says of transforms is the table's: every name is there, and every one that is printed is named.
transforms_of_help() {
    local table="$acceptance/../../src/rng/transforms.def" name missing=0
    local elsewhere='categorical|multivariate|shuffle|floyd|resample|^uniform-f|^normal-box'
    for name in $("$BRISK" rng --help | grep -oE '[a-z0-9-]+-v[0-9]+'); do
        grep -q "\"$name\"" "$table" || { echo "$name is no transform"; missing=1; }
    done
    for name in $(grep -oE '"[a-z0-9-]+-v[0-9]+"' "$table" | tr -d '"' | grep -vE "$elsewhere"); do
        "$BRISK" rng --help | grep -qw -e "$name" || { echo "$name is not in the help"; missing=1; }
    done
    return $missing
}
check 'help names the transform of each' transforms_of_help
check 'help tells which purposes there are' bash -c "'$BRISK' rng --help | tr -s '\n ' ' ' | grep -q '1024 to 4294967295'"
check 'help names every distribution' bash -c "'$BRISK' rng --help | tr -d '\n' | grep -qE 'normal.*integer-exact.*student-t'"

refuse() { check "brisk rng ${*:2}" refused 2 "$1" rng "${@:2}"; }
refuse 'purpose is missing'
refuse 'index is missing' --purpose trial --count 3
refuse 'count is missing' --purpose trial --index 3
refuse 'count.*at least 1' "${address[@]}" --count 0
refuse 'count.*-1' "${address[@]}" --count -1
refuse 'count.*x' "${address[@]}" --count 3x
refuse "purpose.*'trail'.*mean 'trial'" --purpose trail --index 3 --count 3
refuse "purpose.*'qqqqqqqq'.*names all" --purpose qqqqqqqq --index 3 --count 3
refuse 'purpose.*4294967296' --purpose 4294967296 --index 3 --count 3
refuse 'purpose' --purpose '' --index 3 --count 3
refuse 'index.*18446744073709551616' --purpose trial --index 18446744073709551616 --count 3
refuse 'index.*-3' --purpose trial --index -3 --count 3
refuse 'seed.*x' "${address[@]}" --count 3 --seed x
for purpose in 0 99 511 999 1023; do
    refuse "--purpose: there is no purpose $purpose;.*1 to [0-9]+ and, nested, from 512.*list --purposes.*1024" --purpose $purpose --index 3 --count 3
    refuse "--purpose: there is no purpose $purpose;" --purpose $purpose --index 3 --sub 1 --count 3
done
refuse 'sub.*purpose trial is not nested' "${address[@]}" --sub 1 --count 3
refuse 'sub.*2\^32' --purpose 1024 --index 3 --sub 4294967296 --count 3
refuse 'index.*2\^32' --purpose 1024 --index 4294967296 --sub 3 --count 3
refuse "dist.*mean 'normal'" "${address[@]}" --count 3 --dist nromal
refuse 'dtype.*f16.*f32 or f64' "${address[@]}" --count 3 --dtype f16
refuse 'dtype.*gamma.*f64 only' "${address[@]}" --count 3 --dist gamma --shape 1 --dtype f32
refuse 'dtype.*normal.*f32 and f64 only' "${address[@]}" --count 3 --dist normal --dtype u32
refuse 'dtype.*integer.*u32 and u64 only' "${address[@]}" --count 3 --dist integer --bound 3 --dtype f32
refuse 'dtype.*beta.*f64 only' "${address[@]}" --count 3 --dist beta --alpha 1 --beta 1 --dtype u64
refuse 'dtype.*integer-exact.*whole numbers' "${address[@]}" --count 3 --dist integer-exact --bound 3 --dtype u32
refuse 'dtype.*whole numbers' "${address[@]}" --count 3 --dist poisson --mean 1 --dtype f32
refuse 'raw.*dist' "${address[@]}" --count 3 --dist normal --raw
refuse 'raw.*dtype' "${address[@]}" --count 3 --dtype f32 --raw
refuse 'mean does not belong to raw' "${address[@]}" --count 3 --mean 1 --raw
refuse 'rate does not belong to normal' "${address[@]}" --count 3 --dist normal --rate 1
refuse 'shape is missing' "${address[@]}" --count 3 --dist gamma
refuse 'p is missing' "${address[@]}" --count 3 --dist binomial --n 3
refuse 'low is 2 and high 1' "${address[@]}" --count 3 --low 2
refuse 'sd is -1' "${address[@]}" --count 3 --dist normal --sd -1
refuse 'sd.*nan' "${address[@]}" --count 3 --dist normal --sd nan
refuse 'rate is 0' "${address[@]}" --count 3 --dist exponential --rate 0
refuse 'bound is 0' "${address[@]}" --count 3 --dist integer --bound 0
refuse 'bound is 0' "${address[@]}" --count 3 --dist integer --bound 0 --dtype u32
refuse 'bound is 4294967297.*2\^32' "${address[@]}" --count 3 --dist integer --bound 4294967297 --dtype u32
refuse 'p is 1.5' "${address[@]}" --count 3 --dist bernoulli --p 1.5
refuse 'trials' "${address[@]}" --count 3 --dist binomial --n 9007199254740993 --p 0.5
refuse 'mean is -1' "${address[@]}" --count 3 --dist poisson --mean -1
refuse 'shape is -1' "${address[@]}" --count 3 --dist gamma --shape -1
refuse 'alpha is 0' "${address[@]}" --count 3 --dist beta --alpha 0 --beta 1
refuse 'df is 0' "${address[@]}" --count 3 --dist student-t --df 0
refuse "'again' is too much" "${address[@]}" --count 3 again
refuse 'unknown option --purposes.*--purpose' --purposes trial --index 3 --count 3

full_disk() {
    local code=0
    "$BRISK" rng "${address[@]}" --count "$1" >/dev/full 2>err.txt || code=$?
    [ "$code" -eq 3 ] && grep -q 'standard output' err.txt
}
check 'a full disk is exit code 3' full_disk 3
check 'also in the middle, without printing on' full_disk 1000000000000
finish
