#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""brisk beside PyTorch, SciPy, NumPy and R's boot: the same work, interleaved in one run, as a table of ratios.

    /usr/bin/python3 compare.py [--brisk PATH] [--pairs 5] [--stages NAME,...] [--quick] [--json]

A pair measures a stage with the peer and then with brisk, so that both meet the same moment of the machine. The ratio
is the peer's time over brisk's, the median over the pairs with its least and most. A peer runs in every form that its
users would think of, on one thread and on all, warm and once a pair, and the quickest form of each pair counts. Where a
peer would take too long, it does a part of the work and its time is scaled up; the table says so. What several stages
need of a peer is measured once in a pair. What is not installed is named and left out. --quick makes one pair: to see
that it works, not how fast anything is.
"""

import argparse
import importlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time

import growth
import sides

HERE = os.path.dirname(os.path.abspath(__file__))
LAB_UNITS = (5, 10, 100, 500)
EPOCHS, TRIALS = 1000, 10000


class Missing(Exception):
    """A peer, or an experiment of brisk, that is not there."""


def peer(module, package):
    """A module of this folder that needs a package."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise Missing(f"{package} is not installed ({error})") from error


def pytorch(module):
    return peer(module, "PyTorch (python3-torch)")


def scipy():
    return peer("bootstrap_scipy", "SciPy (python3-scipy)")


# ---- What PyTorch and SciPy need; stages of one pair share it ----------------------------------------------------


def torch_epoch(run, hidden):
    """(us of an epoch, form)."""
    peers = pytorch("training_pytorch")
    epochs = 25 if run.quick else 200
    return run.once(("epoch", hidden), lambda: peers.torch_microseconds(hidden, peers.torch.float32, epochs, 1))


def torch_trial(run, hidden):
    """(us of a trial, form)."""
    peers = pytorch("trials_pytorch")
    return run.once(("trial", hidden), lambda: peers.torch_microseconds(hidden, run.part, 1))


def scipy_errors(run):
    """(ms of BCa of 0/1 losses, form)."""
    peers = scipy()
    return run.once("errors", lambda: scaled(1e3, peers.bca_seconds(peers.errors(87, 1000), 1)))


# ---- The stages: each makes (peer's name, what is done, unit, their call, our call) ------------------------------
# A call gives a time in the unit; theirs gives (time, form).


def training(run, hidden):
    pytorch("training_pytorch")
    return ("PyTorch", f"an epoch of training {hidden} tanh units, 200 points, f32", "us",
            lambda: torch_epoch(run, hidden), lambda: run.brisk.nanoseconds(f"train-{hidden}-f32") / 1e3)


def trials(run, _):
    pytorch("trials_pytorch")
    return ("PyTorch", "a fresh test set of 1000 points through 500 tanh units, every point (PyTorch: "
            f"{run.part} trials, brisk 512)", "us",
            lambda: torch_trial(run, 500), lambda: run.brisk.nanoseconds("trials-500") / 1e3)


def quickest_trials(run, _):
    pytorch("trials_pytorch")
    if not growth.has_evaluation(run.brisk):
        raise Missing("this brisk has no choice of evaluations")
    few, more = (100, 400) if run.quick else (10000, 40000)

    def ours():
        small, large = (run.brisk.run_seconds("test-error", "--hidden", 500, "--resamples", 1, "--trials", trials)
                        for trials in (few, few + more))
        return max(1e6 * (large - small) / more, 1e-3)

    return ("PyTorch", "the same by the quickest way of the same bits (--evaluation auto; brisk: what "
            f"{more} more trials add to a whole command)", "us",
            lambda: torch_trial(run, 500), ours)


def bca(run, _):
    peers = scipy()
    return ("SciPy", "BCa of the mean of 1000 real losses, B = 9999", "ms",
            lambda: scaled(1e3, peers.bca_seconds(peers.losses(1000), 1)),
            lambda: run.brisk.nanoseconds("bootstrap-bca") * 1e-6 * 9999 * 1000)


def boot(run, _):
    if shutil.which("Rscript") is None:
        raise Missing("R (r-base-core) is not installed")
    if subprocess.run(["Rscript", "-e", "library(boot)"], check=False, capture_output=True).returncode != 0:
        raise Missing("R's boot (r-cran-boot) is not installed")
    resamples = 999 if run.quick else 9999

    def theirs():
        text = subprocess.run(["Rscript", os.path.join(HERE, "bootstrap_boot.R"), "1000", str(resamples),
                               str(sides.THREADS)], check=True, capture_output=True, text=True).stdout.splitlines()
        run.versions["R"] = text[-1]
        seconds, form = min((float(line.split("|")[1]), line.split("|")[0]) for line in text[:-1])
        return 1e3 * seconds * 9999 / resamples, form

    return ("R boot", "the same", "ms", theirs, lambda: run.brisk.nanoseconds("bootstrap-bca") * 1e-6 * 9999 * 1000)


def large_mean(run, _):
    peers = scipy()
    return ("SciPy", "a draw of an interval of the mean of 1e6 losses (SciPy: percentile, because its BCa would take 1e12 "
            "loads for the jackknife; 20 resamples, brisk: 256)", "ns",
            lambda: peers.draw_nanoseconds(resamples=2 if run.quick else 20),
            lambda: run.brisk.nanoseconds("resample-1e6"))


def ideal(run, _):
    scipy()
    return ("SciPy", "BCa of 87 errors among 1000: B = 9999 against B = infinity in closed form", "ms",
            lambda: scipy_errors(run), lambda: run.brisk.nanoseconds("ideal-bca") * 1e-6)


def coverage(run, _):
    peers = scipy()
    if "coverage-study" not in run.brisk.experiments():
        raise Missing("this brisk has no experiment coverage-study")
    return ("SciPy", "a coverage study of 10000 test sets (SciPy: BCa alone, 3 test sets scaled up; brisk: the whole "
            "command: training, test sets, all methods by count, file)", "s",
            lambda: peers.coverage_seconds(TRIALS, 1 if run.quick else 3),
            lambda: run.brisk.run_seconds("coverage-study", "--trials", TRIALS))


def lab(run, _):
    for module in ("training_pytorch", "trials_pytorch"):
        pytorch(module)
    scipy()

    def theirs():
        seconds = len(LAB_UNITS) * 1e-3 * scipy_errors(run)[0]
        for hidden in LAB_UNITS:
            seconds += 1e-6 * (EPOCHS * torch_epoch(run, hidden)[0] + TRIALS * torch_trial(run, hidden)[0])
        return seconds, "the best of each"

    return ("PyTorch + SciPy", "the whole lab, four networks (peers: training, trials and BCa summed, scaled up from a "
            "part, no file; brisk: the whole command with its file, asked 1 s)", "s", theirs,
            lambda: run.brisk.run_seconds("lab"))


def random(run, row):
    peers = peer("rng_numpy", "NumPy (python3-numpy)")
    stage, what, prepare = peers.COMPARISONS[row]
    return ("NumPy", f"{stage}: {what}, one core", "ns",
            lambda: (peers.numpy_nanoseconds(prepare), what), lambda: run.brisk.nanoseconds(stage))


def threads(run, _):
    return ("brisk, 1 thread", "trials of 1000 points through 100 units: two threads against one", "us", None, None)


def threads_of_map(run, _):
    few, more = (1000, 10000) if run.quick else (100000, 1000000)
    return threads_of_command(run, f"trials of 1000 points by the decision map of 500 units, {more} more of them, "
                              "--keep summary", few, more, "test-error", "--hidden", 500, "--evaluation", "map",
                              "--resamples", 1, "--keep", "summary")


def threads_of_coverage(run, _):
    if "coverage-study" not in run.brisk.experiments():
        raise Missing("this brisk has no experiment coverage-study")
    few, more = (100, 1000) if run.quick else (20000, 200000)
    return threads_of_command(run, f"test sets of a coverage study, {more} more of them, --keep summary", few, more,
                              "coverage-study", "--keep", "summary")


def threads_of_command(run, what, few, more, *command):
    """What more trials add to a whole command, so that its start, its training and its map do not count."""
    def added(threads):
        small, large = (run.brisk.run_seconds(*command, "--trials", trials, threads=threads) for trials in (few, few + more))
        return max(1e6 * (large - small) / more, 1e-3)

    return ("brisk, 1 thread", f"{what}: two threads against one", "us", lambda: (added(1), "one thread"), lambda: added(2))


def threads_of_bootstrap(run, stage):
    what = {"bootstrap-bca": "a draw of BCa of 1000 losses, 9999 resamples", "resample-1e6": "a draw of means of 1e6 losses"}

    def draw(threads):
        return run.brisk.row(stage, threads=threads)["median"]

    return ("brisk, 1 thread", f"{what[stage]}: two threads against one", "ns", lambda: (draw(1), "one thread"),
            lambda: draw(2))


def scaled(factor, pair):
    return factor * pair[0], pair[1]


# name, maker, its argument, the ratio that the design asks for
STAGES = [
    ("train-5", training, 5, 20),
    ("train-10", training, 10, None),
    ("train-100", training, 100, None),
    ("train-500", training, 500, 15),
    ("trials-500", trials, None, 20),
    ("trials-500-auto", quickest_trials, None, 500),
    ("bca-1000", bca, None, 15),
    ("bca-1000-boot", boot, None, 15),
    ("mean-1e6", large_mean, None, 30),
    ("ideal-bca", ideal, None, 1000),
    ("coverage-study", coverage, None, 1000),
    ("lab", lab, None, None),
    ("two-threads", threads, None, 1.9),
    ("two-threads-map", threads_of_map, None, 1.9),
    ("two-threads-bca", threads_of_bootstrap, "bootstrap-bca", 1.9),
    ("two-threads-mean-1e6", threads_of_bootstrap, "resample-1e6", 1.9),
    ("two-threads-coverage", threads_of_coverage, None, 1.9),
    ("numpy-raw", random, 0, None),
    ("numpy-uniform-f64", random, 3, None),
    ("numpy-uniform-f32", random, 4, None),
    ("numpy-normal-f32", random, 5, None),
    ("numpy-normal-f64", random, 6, None),
    ("numpy-integer-u32", random, 7, None),
]


class Run:
    def __init__(self, brisk, quick):
        self.brisk, self.quick, self.versions = brisk, quick, {}
        self.part = 16 if quick else 48  # trials of the peer
        self.known = {}

    def once(self, key, measure):
        """What was measured in this pair already, or is now."""
        if key not in self.known:
            self.known[key] = measure()
        return self.known[key]


def versions(run):
    found = {"brisk": run.brisk.version(), "Python": sys.version.split()[0]}
    for name in ("numpy", "scipy", "torch"):
        if name in sys.modules:
            found[name] = sys.modules[name].__version__
    return found | run.versions


def pair_of(run, row):
    """(their time, their form, our time)."""
    if row["name"] == "two-threads":
        one, two = run.brisk.bench("trials-1-thread", "trials-2-threads")["stages"]
        return one["median"] / 1e3, "one thread", two["median"] / 1e3
    time, form = row["theirs"]()
    return time, form, row["ours"]()


def measure(run, names, pairs, say=lambda line: None):
    """All stages of names, interleaved. What is missing is named, and no error."""
    rows, missing, start = [], {}, sides.load()
    for name, maker, argument, asked in STAGES:
        if name in names:
            try:
                who, what, unit, theirs, ours = maker(run, argument)
            except Missing as reason:
                missing[name] = str(reason)
                say(f"{name}: left out, {reason}")
                continue
            rows.append({"name": name, "peer": who, "what": what, "unit": unit, "asked": asked, "theirs": theirs,
                         "ours": ours, "peer_times": [], "brisk_times": [], "forms": []})
    for number in range(pairs):
        run.known.clear()
        for row in rows:
            time, form, own = pair_of(run, row)
            row["peer_times"].append(time)
            row["forms"].append(form)
            row["brisk_times"].append(own)
            say(f"pair {number + 1} of {pairs}: {row['name']} {time / own:.1f}")
    return {"rows": [finished(row) for row in rows], "missing": missing, "load": [start, sides.load()]}


def finished(row):
    forms = row.pop("forms")
    del row["theirs"], row["ours"]
    return row | {"form": max(set(forms), key=forms.count), "peer_median": statistics.median(row["peer_times"]),
                  "brisk_median": statistics.median(row["brisk_times"]),
                  "ratio": sides.ratios(row["peer_times"], row["brisk_times"])}


def report(run, found, pairs):
    return {"machine": {"processor": sides.processor(), "cores": sides.THREADS, "system": os.uname().sysname},
            "versions": versions(run), "command": " ".join([os.path.basename(sys.argv[0])] + sys.argv[1:]),
            "date": time.strftime("%Y-%m-%d"), "pairs": pairs, "quick": run.quick,
            "load_start": found["load"][0], "load_end": found["load"][1], "stages": found["rows"],
            "missing": found["missing"]}


def print_table(result):
    print(f"{result['machine']['processor']}, {result['machine']['cores']} cores; "
          + ", ".join(f"{name} {version}" if name not in ("brisk", "R") else version
                      for name, version in result["versions"].items()))
    print(f"load average {result['load_start']:.2f} before, {result['load_end']:.2f} after; {result['pairs']} interleaved "
          "pairs; ratio: the peer's time over brisk's\n")
    print(f"{'stage':<18} {'peer':<16} {'its time':>10} {'brisk':>10} {'':<3} {'ratio':>8}  {'spread':<18} {'asked':>6}  "
          "its best form")
    for row in result["stages"]:
        spread = f"{row['ratio']['min']:.3g} to {row['ratio']['max']:.3g}"
        print(f"{row['name']:<18} {row['peer']:<16} {row['peer_median']:10.4g} {row['brisk_median']:10.4g} "
              f"{row['unit']:<3} {row['ratio']['median']:8.3g}  {spread:<18} {row['asked'] or '':>6}  {row['form']}")
    print()
    for row in result["stages"]:
        print(f"{row['name']}: {row['what']}")
    for name, reason in result["missing"].items():
        print(f"{name}: left out, {reason}")


def stage_names(parser, text):
    known = [row[0] for row in STAGES]
    names = text.split(",") if text else known
    for name in names:
        if name not in known:
            parser.error(f"--stages: there is no '{name}'; known are {', '.join(known)}")
    return names


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--brisk", default=os.environ.get("BRISK", "brisk"), help="the brisk command")
    parser.add_argument("--threads", type=int, default=sides.THREADS, help="threads of brisk")
    sides.pairs_argument(parser, 5)
    parser.add_argument("--stages", help="these alone: " + ",".join(row[0] for row in STAGES))
    parser.add_argument("--quick", action="store_true", help="one pair, little work: to see that it works")
    return parser


def prepared(parser, options):
    """The run, and how many pairs."""
    if not options.quick:
        sides.check_pairs(parser, options)
    if shutil.which(options.brisk) is None:
        parser.error(f"--brisk: '{options.brisk}' is no command; give its path, as in --brisk build/bin/brisk")
    brisk = sides.Brisk(options.brisk, options.threads, options.quick)
    return Run(brisk, options.quick), 1 if options.quick else options.pairs


def main():
    parser = arguments("brisk beside PyTorch, SciPy, NumPy and R's boot")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    names = stage_names(parser, options.stages)
    run, pairs = prepared(parser, options)
    found = measure(run, names, pairs, lambda line: print(line, file=sys.stderr, flush=True))
    result = report(run, found, pairs)
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        print_table(result)


if __name__ == "__main__":
    main()
