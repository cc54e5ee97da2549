#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Wrong input ends with exit code 2 (usage, input) or 3 (files), with a message of its own that names
# what is wrong, and leaves every file as it was.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

messages=$(mktemp)
small=(--hidden 2 --epochs 2 --trials 4 --test-size 10 --resamples 10)

refuse() { check "brisk ${*:3}" refused "$@"; }

# Values of options.
refuse 2 'test-size.*(even|balanced)' run lab -o lab.h5 --test-size 999
refuse 2 'hidden.*0' run lab -o lab.h5 --hidden 0
refuse 2 "hidden.*'?x" run lab -o lab.h5 --hidden 5,x
refuse 2 'level.*1' run lab -o lab.h5 --level 1
refuse 2 'trials.*-3' run lab -o lab.h5 --trials -3
refuse 2 'trials.*99999999999999999999' run lab -o lab.h5 --trials 99999999999999999999
refuse 2 'epochs.*0' run lab -o lab.h5 --epochs 0
refuse 2 'activation.*sine.*tanh' run lab -o lab.h5 --activation sine
refuse 2 'hidden.*5' run lab -o lab.h5 --hidden 5,5
refuse 2 'level.*nan' run lab -o lab.h5 --level nan
refuse 2 'trials.*0x10' run lab -o lab.h5 --trials 0x10
refuse 2 'trials' run lab -o lab.h5 --trials ''
refuse 2 'learning-rate.*1x' run lab -o lab.h5 --learning-rate 1x
refuse 2 'seed.*-1' run lab -o lab.h5 --seed -1
refuse 2 '(-j|threads|jobs).*0' run lab -o lab.h5 -j 0

# Names.
refuse 2 'trails.*trials' run lab -o lab.h5 --trails 100
refuse 2 'hid.*hidden|unknown.*hid' run lab -o lab.h5 --hid 5
refuse 2 'labb.*lab' run labb -o lab.h5
refuse 2 'rum.*run' rum lab
refuse 2 'sideways' run lab -o lab.h5 sideways
refuse 2 'trials.*value|value.*trials|trials.*argument|argument.*trials' run lab -o lab.h5 --trials
refuse 2 'progress.*loud' run lab -o lab.h5 --progress loud
refuse 2 'usage|command' frobnicate

# Files.
refuse 3 'no-such-folder' run lab "${small[@]}" -o no-such-folder/lab.h5
echo 'not to be lost' >taken.h5
refuse 3 'taken\.h5.*--force|--force' run lab "${small[@]}" -o taken.h5
mkdir folder.h5
refuse 3 'folder\.h5' run lab "${small[@]}" -o folder.h5 --force
refuse 3 'absent\.h5' show absent.h5
refuse 3 'taken\.h5' show taken.h5
"$BRISK_PYTHON" - <<'PYTHON' || exit 1
import h5py
with h5py.File("foreign.h5", "w") as file:
    file["/simulation/energy"] = [1.0, 2.0]
    file.attrs["creator"] = "another program"
PYTHON
refuse 3 'foreign\.h5.*brisk' show foreign.h5

# Configuration files: the message names file and line.
printf '[run]\nexperiment = lab\n[options]\ntrials = 10\ntrails = 10\n' >unknown-key.ini
refuse 2 'unknown-key\.ini:5.*trails' run lab -o lab.h5 --config unknown-key.ini
printf '[options]\ntrials = ten\n' >bad-value.ini
refuse 2 'bad-value\.ini:2.*ten' run lab -o lab.h5 --config bad-value.ini
printf '[options]\ntrials = 10\ntrials = 20\n' >twice.ini
refuse 2 'twice\.ini:3' run lab -o lab.h5 --config twice.ini
printf '[options]\ntrials\n' >no-value.ini
refuse 2 'no-value\.ini:2' run lab -o lab.h5 --config no-value.ini
refuse 3 'absent\.ini' run lab -o lab.h5 --config absent.ini

# A folder without write permission. Root may write anywhere, so root runs this as nobody.
mkdir read-only
chmod 555 read-only
if [ "$(id -u)" -eq 0 ]; then
    mkdir "$work/bin"
    cp "$BRISK" "$work/bin/brisk"
    chmod 755 "$work" "$work/bin" "$work/bin/brisk"
    printf '#!/bin/sh\nexec setpriv --reuid=65534 --regid=65534 --clear-groups "%s" "$@"\n' \
        "$work/bin/brisk" >"$work/bin/brisk-as-nobody"
    chmod 755 "$work/bin/brisk-as-nobody"
    BRISK=$work/bin/brisk-as-nobody
fi
refuse 3 'read-only.*(writ|permission)' run lab "${small[@]}" -o read-only/lab.h5

# Each fault has a message of its own.
check 'no two faults share a message' no_shared_message
rm -f "$messages"
finish
