# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034
# Sourced by run-lab.sh and run-tests.sh: installs the Debian or Ubuntu packages that are missing.
#
# A line of a table is "PACKAGE  WHY". Alternatives are written a|b: one of them is enough, and the
# first one that the distribution has is installed. PACKAGE:COMMAND is not missing where the command
# is there, however it came.

packages_build='
gcc:gcc              compiles brisk
libc6-dev            headers of the C library
cmake:cmake          configures the build
ninja-build:ninja    runs the build
pkg-config|pkgconf:pkg-config finds the libraries below
libhdf5-dev          writes and reads results files
zlib1g-dev           compression inside HDF5, gzip'"'"'d data files
libcsv-dev           splits CSV files into fields
r-mathlib            distribution functions (Rmath)
libinih-dev          reads configuration files
nettle-dev           SHA-256 of a file'"'"'s content
libjansson-dev       writes JSON
git:git              names the commit in results files'

packages_figures='
python3              runs the analysis
python3-numpy        arrays of the analysis
python3-h5py         reads results files
python3-matplotlib   draws the figures
python3-jinja2       writes the report
graphviz             draws the computation graph'

packages_tests='
libcriterion-dev     the unit tests
python3-pytest       the tests of the analysis
python3-pip          installs the analysis as its users do
python3-setuptools   builds it
python3-wheel        packs it
python3-scipy        independent answers
python3-sklearn      brings a real data set to train on
python3-xarray       opens results files as its users do
python3-netcdf4      opens results files as netCDF
python3-h5netcdf     opens results files for xarray
hdf5-tools           opens results files with h5dump
netcdf-bin           opens results files with ncdump
gcc-aarch64-linux-gnu compiles the kernels for Arm
libc6-dev-arm64-cross headers of the C library for Arm
qemu-user            runs the kernels for Arm
libopenmpi-dev       compiles what runs on several processes
openmpi-bin          starts several processes'

# Programs that open results files; without one of them, its test is skipped outside CI.
packages_readers='
octave               opens results files in Octave
octave-netcdf        reads numbers of any group there
r-base-core:Rscript  opens results files in R
r-cran-hdf5r         reads HDF5 there
nodejs:node          opens results files in JavaScript
npm:npm              brings h5wasm and jsfive, which read HDF5 there, and a grammar of Julia
chromium:chromium    opens the report as its readers do
chromium-driver:chromedriver lets the tests drive it
python3-selenium     tells it what to do
python3-nbconvert    runs the notebook
python3-ipykernel    runs its cells'

packages_emulated='
bochs                runs the kernels for AVX-512 on any x86-64 machine
bochs-term           its display on a terminal
clang                the second compiler'

packages_ci='
clang                the second compiler
libomp-dev           OpenMP of the second compiler, and Archer, for ThreadSanitizer
libclang-rt-dev      its ThreadSanitizer'

# package_installed NAME|NAME...[:COMMAND]
package_installed() {
    local name names=${1%%:*} command=${1#*:}
    if [ "$command" != "$1" ] && command -v "$command" >/dev/null; then
        return 0
    fi
    for name in ${names//|/ }; do
        case "$(dpkg-query -W -f='${Status}' "$name" 2>/dev/null)" in
        *' installed') return 0 ;;
        esac
    done
    return 1
}

# package_known NAME|NAME...: prints the first one that apt can install.
package_known() {
    local name
    for name in ${1//|/ }; do
        case "$(LC_ALL=C apt-cache policy "$name" 2>/dev/null)" in
        *'Candidate: ('* | '') ;;
        *)
            printf '%s\n' "$name"
            return 0
            ;;
        esac
    done
    return 1
}

# quietly COMMAND...: what it printed shows when it fails.
quietly() {
    local log status=0
    log=$(mktemp)
    "$@" >"$log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        cat "$log" >&2
        echo "error: exit code $status: $*" >&2
    fi
    rm -f "$log"
    return "$status"
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# install_packages TABLE...: prints nothing when all is there.
install_packages() {
    local missing=() wanted=() package why name
    while read -r package why; do
        if [ -n "$package" ] && ! package_installed "$package"; then
            if [ "${#missing[@]}" -eq 0 ]; then
                echo 'Missing packages:' >&2
            fi
            package=${package%%:*}
            missing+=("$package")
            printf '  %-20s %s\n' "${package%%|*}" "$why" >&2
        fi
    done < <(printf '%s\n' "$@")
    if [ "${#missing[@]}" -eq 0 ]; then
        return 0
    fi

    if ! command -v apt-get >/dev/null; then
        echo 'error: this script installs packages with apt-get only, and this system has none;' \
            'install what stands above in its own way and use CMake directly (CONTRIBUTING.md)' >&2
        return 1
    fi
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        echo "error: installing needs root or sudo; as root: apt-get install ${missing[*]%%|*}" >&2
        return 1
    fi
    echo 'Installing them with apt-get (some minutes on a fresh machine) ...' >&2
    quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update || return 1
    for package in "${missing[@]}"; do
        if name=$(package_known "$package"); then
            wanted+=("$name")
        else
            echo "note: this distribution has no package $package; going on without it" >&2
        fi
    done
    if [ "${#wanted[@]}" -gt 0 ]; then
        quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
            install --no-install-recommends "${wanted[@]}" || return 1
    fi
}

# build_preset PRESET: configures and builds it; the current folder is the checkout.
build_preset() {
    cmake --preset "$1" >/dev/null && cmake --build --preset "$1"
}
