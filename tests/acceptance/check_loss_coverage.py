# SPDX-License-Identifier: GPL-3.0-or-later
"""check_loss_coverage.py FILE: a file of loss-coverage against NumPy and SciPy: the losses of some trials drawn anew
from their streams, intervals by formulas written here, their outcomes and widths; exact coverage for Bernoulli
losses by summing over the binomial; the exact test of every promise; the table from the trials.

check_loss_coverage.py --plant FILE: draws the losses of the next trial instead, and expects every comparison to fail.
check_loss_coverage.py --same-table FILE FILE: the tables agree bit for bit, whatever was kept of the trials.

Statistical checks have an error probability of 1e-6 each; seeds are fixed.
"""
import re
import sys

import h5py
import numpy as np
from scipy import optimize, special, stats

PURPOSE = 515
SUB = {"beta": 0, "lognormal": 1, "rare": 2, "bernoulli": 3, "exponential": 4}
COVERED, BELOW, ABOVE, NONE = range(4)
IMPOSSIBLE = 1e-6
TRIALS = (0, 1, 63, 64, 499)
NEEDS_RANGE = ("hoeffding", "bernstein", "empirical-bernstein", "kl-chernoff", "betting")


def options_of(file):
    """(seed, options) from the stored configuration."""
    text = file["config/text"].asstr()[()]
    return int(file.attrs["seed"]), dict(re.findall(r"^([\w-]+) = (.*)$", text, flags=re.MULTILINE))


# ---- The losses of a trial, by the transforms that brisk/rng.h documents ----


def uniform(raw):
    return (raw >> np.uint64(11)) * 2.0**-53


def box_muller(raw):
    """normal-box-muller-f64-v1, to a few ulps."""
    top = (raw >> np.uint64(11)).astype(float)
    u = np.minimum(top[0::2] + 0.5, 2.0**53 - 1) * 2.0**-53
    radius, angle = np.sqrt(-2 * np.log(u)), 2 * np.pi * top[1::2] * 2.0**-53
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]).ravel()


def draw(distribution, m, seed, trial, options):
    """(losses, the seed of what the methods draw) of a trial; beta, by rejection, is left out."""
    bits = np.random.PCG64DXSM(np.random.SeedSequence(seed, spawn_key=(PURPOSE, trial, SUB[distribution])))
    if distribution == "lognormal":
        losses = np.exp(float(options["sigma"]) * box_muller(bits.random_raw(m + m % 2)))[:m]
    elif distribution == "rare":
        pairs = uniform(bits.random_raw(2 * m)).reshape(m, 2)
        size = pairs[:, 1] if options["rare-loss"] == "uniform" else 1.0
        losses = np.where(pairs[:, 0] < float(options["rare-probability"]), size, 0.0)
    elif distribution == "bernoulli":
        losses = (uniform(bits.random_raw(m)) < float(options["error-rate"])).astype(float)
    else:
        top = (bits.random_raw(m) >> np.uint64(11)).astype(float)
        losses = -np.log(np.minimum(top + 0.5, 2.0**53 - 1) * 2.0**-53)
    return losses, int(bits.random_raw())


def true_mean(distribution, options):
    number = {key: float(value) for key, value in options.items() if re.fullmatch(r"[\d.e+-]+", value)}
    if distribution == "beta":
        return stats.beta(number["shape-a"], number["shape-b"]).mean()
    if distribution == "lognormal":
        return stats.lognorm(number["sigma"]).mean()
    if distribution == "rare":
        return number["rare-probability"] * (0.5 if options["rare-loss"] == "uniform" else 1.0)
    return number["error-rate"] if distribution == "bernoulli" else 1.0


# ---- Intervals ----


def betting(losses, level, order_seed):
    """Hedged capital (Waudby-Smith & Ramdas), losses in [0, 1], in the order that the seed shuffles them into."""
    x, m = losses.copy(), len(losses)
    bits = np.random.PCG64DXSM(np.random.SeedSequence(order_seed, spawn_key=(8, 0)))
    for i in range(m - 1, 0, -1):
        j = (int(bits.random_raw()) * (i + 1)) >> 64
        x[i], x[j] = x[j], x[i]
    limit, seen = np.log(2 / (1 - level)), np.arange(1, m + 1)
    means = (0.5 + np.cumsum(x)) / (seen + 1)
    variances = (0.25 + np.cumsum((x - means) ** 2)) / (seen + 1)
    bets = np.sqrt(2 * limit / (m * np.concatenate([[0.25], variances[:-1]])))

    def low(x):
        def excess(p):
            stakes = np.minimum(bets, 0.5 / p) if p > 0 else bets
            return np.sum(np.log1p(stakes * (x - p))) - limit
        return optimize.brentq(excess, 0, 1, xtol=1e-15) if excess(0) > 0 else 0.0

    return low(x), 1 - low(1 - x)


def kl_ends(mean, m, level):
    limit = np.log(2 / (1 - level)) / m

    def excess(p):
        terms = [a * np.log(a / b) for a, b in ((mean, p), (1 - mean, 1 - p)) if a > 0]
        return sum(terms) - limit

    tiny = 1e-300
    low = optimize.brentq(excess, tiny, mean, xtol=1e-16) if mean > 0 else 0.0
    high = optimize.brentq(excess, mean, 1 - 1e-16, xtol=1e-16) if mean < 1 else 1.0
    return low, high


def student_quantile(tail, freedom):
    """Through the inverse beta: SciPy 1.10's t.ppf is off by 4e-11 for 100 degrees of freedom."""
    return np.sqrt(freedom * (1 / special.betaincinv(freedom / 2, 0.5, 2 * tail) - 1))


def interval(method, losses, level, ranged, order_seed=None):
    """(low, high), or None where there is none; an end beyond the range [0, 1] is cut."""
    m, mean, delta = len(losses), losses.mean(), 1 - level
    v = losses.var(ddof=1)
    if method in NEEDS_RANGE and not ranged:
        return None
    log2 = np.log(2 / delta)
    if method == "kl-chernoff":
        return kl_ends(mean, m, level)
    if method == "betting":
        return betting(losses, level, order_seed)
    half = {
        "hoeffding": lambda: np.sqrt(log2 / (2 * m)),
        "chebyshev": lambda: np.sqrt(v / (m * delta)),
        "bernstein": lambda: log2 / (3 * m) + np.sqrt((log2 / (3 * m)) ** 2 + 2 * v * log2 / m),
        "empirical-bernstein": lambda: (np.sqrt(2 * v * np.log(4 / delta) / m)
                                        + 7 * np.log(4 / delta) / (3 * (m - 1))),
        "wald": lambda: stats.norm.ppf(1 - delta / 2) * np.sqrt(losses.var() / m),
        "student-t": lambda: student_quantile(delta / 2, m - 1) * np.sqrt(v / m),
    }[method]()
    low, high = mean - half, mean + half
    return (max(low, 0.0), min(high, 1.0)) if ranged else (low, high)


CLOSED = ("hoeffding", "chebyshev", "bernstein", "empirical-bernstein", "kl-chernoff", "wald", "student-t")


def outcome(ends, mean):
    if ends is None:
        return NONE
    near = 1e-15 * abs(mean)
    return BELOW if ends[0] - mean > near else ABOVE if mean - ends[1] > near else COVERED


# ---- Checks; each yields what is wrong ----


def trial_problems(group, seed, options, shift):
    """Intervals from losses drawn anew; with shift 1 from those of the next trial. Also yields one line a comparison
    that agrees, beginning with "ok", so that a planted fault can be told from an empty check."""
    distribution, m = group.attrs["distribution"], int(group.attrs["points"])
    mean, level = group.attrs["true_mean"], group.attrs["level"]
    ranged = bool(group.attrs["range_known"])
    methods = list(group["method"].asstr())
    for trial in TRIALS:
        losses, order_seed = draw(distribution, m, seed, trial + shift, options)
        for method in (*CLOSED, "betting"):
            ends = interval(method, losses, level, ranged, order_seed)
            row = methods.index(method)
            width = group["width"][row, trial]
            found, expected = group["outcome"][row, trial], outcome(ends, mean)
            wide = np.isnan(width) if ends is None else abs(ends[1] - ends[0] - width) <= 1e-11 * max(1, abs(width))
            where = f"{group.name} trial {trial} {method}"
            yield (f"ok {where}" if found == expected and wide
                   else f"{where}: outcome {found} width {width}, expected {expected} {ends}")


def table_problems(group):
    """The table follows from the trials, and every promise is kept by the exact test."""
    n, level = int(group.attrs["trials"]), group.attrs["level"]
    ranged = bool(group.attrs["range_known"])
    for i, method in enumerate(group["method"].asstr()):
        where, trials = f"{group.name} {method}", group["outcome"][i]
        covered = int((trials == COVERED).sum())
        coverage, p_value = covered / n, stats.binom.cdf(covered, n, level)
        smoothed = (covered + 0.5) / (n + 1)
        error = np.sqrt(smoothed * (1 - smoothed) / n)
        expected = {"coverage": coverage, "standard_error": error, "covered": covered, "p_value": p_value,
                    "miss_low": (trials == BELOW).mean(), "miss_high": (trials == ABOVE).mean(),
                    "undefined": (trials == NONE).mean(),
                    "mean_width": np.nan if (trials == NONE).all() else np.nanmean(group["width"][i])}
        for column, value in expected.items():
            if not np.isclose(group[column][i], value, rtol=1e-9, atol=1e-15, equal_nan=True):
                yield f"{where}: {column} is {group[column][i]}, expected {value}"
        promised = ranged and group["guarantee"].asstr()[i] in ("exact", "finite-sample")
        verdict = ("no-interval" if (trials == NONE).all()
                   else "guarantee-broken" if promised and p_value < IMPOSSIBLE
                   else "below-its-level" if coverage + 3 * error < level else "keeps-its-level")
        if group["verdict"].asstr()[i] != verdict:
            yield f"{where}: verdict {group['verdict'].asstr()[i]}, expected {verdict}"
        if promised and p_value < IMPOSSIBLE:
            yield f"{where}: covers {covered} of {n}, less than its guarantee"
        if not ranged and method in NEEDS_RANGE and not (trials == NONE).all():
            yield f"{where}: an interval that needs a range and has none"


def bernoulli_problems(group, options):
    """Simulated coverage against the sum over the binomial."""
    m, n, level = int(group.attrs["points"]), int(group.attrs["trials"]), group.attrs["level"]
    p = float(options["error-rate"])
    methods = list(group["method"].asstr())
    for method in CLOSED:
        ends = [interval(method, np.repeat([1.0, 0.0], [k, m - k]), level, True) for k in range(m + 1)]
        exact = sum(stats.binom.pmf(k, m, p) for k in range(m + 1) if outcome(ends[k], p) == COVERED)
        covered = int(group["covered"][methods.index(method)])
        if stats.binomtest(covered, n, min(exact, 1.0)).pvalue < IMPOSSIBLE:
            yield f"{group.name} {method}: {covered} of {n} covered, the sum says {exact}"


def rare_problems(group, options):
    """Where all losses are 0 no method that looks at their spread can know: student-t and BCa must fail."""
    m, n = int(group.attrs["points"]), int(group.attrs["trials"])
    some = 1 - (1 - float(options["rare-probability"])) ** m
    most = stats.binom.isf(IMPOSSIBLE, n, some)
    for method in ("student-t", "bootstrap-bca"):
        row = list(group["method"].asstr()).index(method)
        if m <= 20 and group["covered"][row] > most:
            yield f"{group.name} {method}: covers {group['covered'][row]} times, at most {most} can be"
        if m <= 20 and group["verdict"].asstr()[row] != "below-its-level":
            yield f"{group.name} {method}: must be found below its level"


def beta_problems(group, options):
    """The sample variance, which student-t's width tells, has the distribution's variance as its mean."""
    m, n, level = int(group.attrs["points"]), int(group.attrs["trials"]), group.attrs["level"]
    row = list(group["method"].asstr()).index("student-t")
    width = group["width"][row]
    v = m * (width / 2 / student_quantile((1 - level) / 2, m - 1)) ** 2
    truth = stats.beta(float(options["shape-a"]), float(options["shape-b"])).var()
    if abs(v.mean() - truth) > 5 * v.std() / np.sqrt(n):
        yield f"{group.name}: mean sample variance {v.mean()}, the distribution's is {truth}"


def problems(file):
    seed, options = options_of(file)
    groups = list(file["loss_coverage"].values())
    names = {f"{d}_{m}" for d in options["distribution"].split(",") for m in options["points"].split(",")}
    if {group.name.rsplit("/", 1)[1] for group in groups} != names:
        yield f"the groups are not {names}"
    for group in groups:
        distribution = group.attrs["distribution"]
        if not np.isclose(group.attrs["true_mean"], true_mean(distribution, options), rtol=1e-14):
            yield f"{group.name}: true mean {group.attrs['true_mean']}"
        yield from table_problems(group)
        if distribution == "beta":
            yield from beta_problems(group, options)
        else:
            yield from (line for line in trial_problems(group, seed, options, 0) if not line.startswith("ok"))
        if distribution == "bernoulli":
            yield from bernoulli_problems(group, options)
        if distribution == "rare":
            yield from rare_problems(group, options)


def plant(file):
    """Losses of another trial: of the methods whose width depends on the losses none may agree everywhere. And the
    exact test must find student-t on rare losses, were it promised."""
    seed, options = options_of(file)
    for group in file["loss_coverage"].values():
        if group.attrs["distribution"] in ("lognormal", "exponential"):
            lines = list(trial_problems(group, seed, options, 1))
            for method in ("chebyshev", "wald", "student-t"):
                agree = [line for line in lines if line.startswith("ok") and line.endswith(" " + method)]
                if agree:
                    yield f"a comparison does not see another trial's losses: {agree}"
        if group.name.endswith("rare_20"):
            row = list(group["method"].asstr()).index("student-t")
            if stats.binom.cdf(group["covered"][row], group.attrs["trials"], group.attrs["level"]) >= IMPOSSIBLE:
                yield "the exact test does not find student-t on rare losses"


def same_table(file, other):
    for name, group in file["loss_coverage"].items():
        for column, data in group.items():
            if column in ("outcome", "width", "trial"):
                if column != "trial" and column in other["loss_coverage"][name]:
                    yield f"{name}/{column} was kept"
            elif data[()].tobytes() != other["loss_coverage"][name][column][()].tobytes() and data.dtype.kind != "O":
                yield f"{name}/{column} differs"


def main(arguments):
    options = [argument for argument in arguments if argument.startswith("--")]
    files = [h5py.File(argument, "r") for argument in arguments if not argument.startswith("--")]
    found = list(same_table(*files) if "--same-table" in options else
                 plant(files[0]) if "--plant" in options else problems(files[0]))
    print(*found[:20], f"{len(found)} problems", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
