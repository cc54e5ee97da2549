#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# From a fresh Debian or Ubuntu machine to the verdict of every test.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
    cat <<'TEXT'
Usage: ./run-tests.sh [--quick | --all] [-- CTEST-OPTION ...]

Installs the packages that are missing (apt-get, as root or through sudo), builds the preset "dev"
into build-dev/ and runs every test through ctest. Exits 0 if and only if all of them pass.

  --quick   leave out the tests labelled slow
  --all     run those labelled statistical too, which take many minutes each, the AVX-512 kernels in an
            emulator (label emulated), and Octave, R, node and a browser on results files and the report
            (label readers); all these programs are installed
  --help    this text
  --        what follows goes to ctest, for example: ./run-tests.sh -- -R acceptance --verbose

With CI=true in the environment, the tests also run as clang compiles them and under the address and
undefined-behaviour sanitizers (presets "clang" and "asan-ubsan"; the latter without slow tests), and the
command built with MPI (preset "mpi") is run on several processes and installed.
TEXT
}

cd "$root"
# shellcheck source=scripts/setup.sh
source scripts/setup.sh

ctest_options=()
left_out='statistical|emulated'
packages_asked=
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help)
        usage
        exit 0
        ;;
    --quick) left_out='slow|statistical|emulated' ;;
    --all)
        left_out=''
        packages_asked=$packages_emulated$packages_readers
        ;;
    --)
        shift
        ctest_options+=("$@")
        break
        ;;
    *)
        echo "error: unknown option $1 (known: --quick, --all, --help, and -- before options of ctest)" >&2
        exit 2
        ;;
    esac
    shift
done

packages=("$packages_build" "$packages_figures" "$packages_tests" "$packages_asked")
if [ "${CI:-}" = true ]; then
    packages+=("$packages_ci" "$packages_readers")
elif [ -n "$left_out" ]; then
    # Programs of other languages and a browser: a gigabyte to install, and minutes to run.
    left_out+='|readers'
fi
install_packages "${packages[@]}"

# The unit tests use two threads each, scripts mostly one.
jobs=$(nproc)

# test_preset PRESET LABELS: runs the tests without these labels. ctest says at the end how many tests passed,
# and its exit code ends this script.
test_preset() {
    echo "== $1"
    build_preset "$1"
    ctest --preset "$1" --parallel "$jobs" ${2:+--label-exclude "$2"} ${ctest_options[@]+"${ctest_options[@]}"}
}

# The preset that everybody uses comes last, so that its verdict is the last thing to read.
if [ "${CI:-}" = true ]; then
    test_preset asan-ubsan 'slow|statistical|emulated'
    # What readers and the Python package make of a file does not depend on the compiler.
    test_preset clang "${left_out:+$left_out|}readers|analysis"
    echo '== mpi'
    cmake --preset mpi >/dev/null
    cmake --build --preset mpi --target brisk brisk_shared ranks_transport ranks_study
    ctest --preset mpi --tests-regex '^(acceptance[.]mpi|consume)$'
fi
test_preset dev "$left_out"
