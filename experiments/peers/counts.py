# SPDX-License-Identifier: GPL-3.0-or-later
"""Instructions and cache misses of the three hottest loops: by perf stat where the machine has counters, and by callgrind,
which simulates the caches of this machine and knows AVX2 at most."""

import os
import re
import shutil
import subprocess
import tempfile

import growth

EVENTS = "instructions,cycles,L1-dcache-load-misses,cache-misses"
COLUMNS = ("Ir", "Dr", "Dw", "I1mr", "D1mr", "D1mw", "ILmr", "DLmr", "DLmw")


def write_losses(folder):
    path = os.path.join(folder, "losses.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write("loss\n" + "".join(f"{(7919 * i % 1009) / 1009:.6f}\n" for i in range(1000)))
    return path


def loops(brisk, folder, scale):
    """(name, what an item is, stage of the bench and how many items one of its own is, items, functions whose own work
    counts, the command)."""
    trials, epochs, resamples = 16 * scale, 25 * scale, 500 * scale
    dense = ["--evaluation", "dense"] if growth.has_evaluation(brisk) else []
    out = ["-o", os.path.join(folder, "out.h5"), "-j", "1", "--progress", "none", "--force"]
    return [
        ("forward pass", "a unit at a point", ("tanh-unit-f32", 1), trials * 1000 * 500, r"mlp_tanh_f32|plane_tanh_f32",
         ["run", "test-error", "--hidden", "500", "--epochs", "1", "--resamples", "1", "--trials", str(trials), *dense, *out]),
        ("training", "a unit at a point and epoch", ("train-500-f32", 200 * 500), epochs * 200 * 500,
         r"hidden_(forward|backward)_tanh_f32|forward_of_tanh_f32|backward_f32|backward_plane_f32",
         ["run", "training", "--hidden", "500", "--epochs", str(epochs), *out]),
        ("resampling", "a draw", ("resample-1000", 1), resamples * 1000, r"resample_sums|draw_sums|add_values|make_|halve|split|quarter|fill|take_",
         ["interval", write_losses(folder), "--method", "bootstrap-bca", "--resamples", str(resamples)]),
    ]


def by_perf(brisk, scale):
    """Counts an item of the whole command; None where the machine has no counters."""
    if shutil.which("perf") is None:
        return None, "perf is not installed"
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, item, (stage, _), items, _, command in loops(brisk, folder, scale):
            made = subprocess.run(["perf", "stat", "-x", ";", "-e", EVENTS, brisk.path, *command], check=False,
                                  capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
            found = {event: int(count) for count, event in re.findall(r"^(\d+);[^;]*;([\w-]+)", made.stderr, re.M)}
            if "instructions" not in found or "cycles" not in found:
                return None, "perf finds no hardware counters on this machine (a virtual one often hides them)"
            each = {event: count / items for event, count in found.items()}
            rows.append({"loop": name, "item": item, "stage": stage} | each)
    return rows, None


def own_costs(path, pattern):
    """Sums over the functions of a callgrind file that match; what is inlined stands under its file, with the same name."""
    text = subprocess.run(["callgrind_annotate", "--threshold=100", path], check=True, capture_output=True, text=True).stdout
    total = dict.fromkeys(COLUMNS, 0)
    for line in text.splitlines():
        cells = re.sub(r"\([ \d.]+%\)", " ", line).split(None, len(COLUMNS))
        if len(cells) > len(COLUMNS) and re.match(r"[\d,]+$", cells[0]) and re.search(pattern, cells[-1]):
            for column, cell in zip(COLUMNS, cells):
                total[column] += 0 if cell == "." else int(cell.replace(",", ""))
    return total


def by_callgrind(brisk, scale):
    """Counts an item of the loop alone, AVX2."""
    if shutil.which("valgrind") is None:
        return None, "valgrind is not installed"
    if "avx2" not in brisk.bench("raw")["machine"]["instruction_sets"]:
        return None, "this machine has no AVX2"
    rows = []
    bench = brisk.bench("tanh-unit-f32", "train-500-f32", "resample-1000", threads=1, environment={"BRISK_ISA": "avx2"})
    speeds = {row["stage"]: row["min"] for row in bench["stages"] if row["instruction_set"] in ("avx2", None)}
    with tempfile.TemporaryDirectory() as folder:
        for name, item, (stage, factor), items, pattern, command in loops(brisk, folder, scale):
            path = os.path.join(folder, f"{stage}.callgrind")
            made = subprocess.run(["valgrind", "--tool=callgrind", "--cache-sim=yes", f"--callgrind-out-file={path}",
                                   brisk.path, *command], check=False, capture_output=True, text=True,
                                  env=os.environ | {"BRISK_ISA": "avx2", "OMP_NUM_THREADS": "1"})
            if made.returncode != 0:
                return None, f"callgrind failed: {made.stderr.strip().splitlines()[-1]}"
            cost = own_costs(path, pattern)
            rows.append({"loop": name, "item": item, "stage": stage, "instructions": cost["Ir"] / items,
                         "ns": speeds[stage] / factor,
                         "first_cache_misses": (cost["D1mr"] + cost["D1mw"]) / items,
                         "last_cache_misses": (cost["DLmr"] + cost["DLmw"]) / items})
    return rows, None
