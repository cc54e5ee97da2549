# SPDX-License-Identifier: GPL-3.0-or-later
"""check_power_study.py FILE: a file of power-study against NumPy and SciPy: p-values and verdicts of every trial, the
coins and some test sets drawn anew from their streams, the table from the trials, the exact power and size by summing
over the multinomial, the true risks by integration; and as statistics, that the tests find what they should and are
fooled no more often than they may be.

check_power_study.py --plant FILE: a coin of 0.6, a test that rejects at twice its level, counts of the next trial, a
power that is off by 5 standard errors: each must be found.
check_power_study.py --same-table FILE FILE: the tables agree bit for bit, whatever was kept of the trials.

Statistical checks have an error probability of 1e-6 each; seeds are fixed.
"""
import importlib.util
import pathlib
import re
import sys

import h5py
import numpy as np
from scipy import stats

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "analysis" / "python" / "brisk_analysis" / "replay.py"
spec = importlib.util.spec_from_file_location("replay", SOURCE)
replay = importlib.util.module_from_spec(spec)
spec.loader.exec_module(replay)

ERROR_ESTIMATE, TRIAL, FAIR_COIN = 3, 4, 12
IMPOSSIBLE = 1e-6
TESTS = ("mcnemar-exact", "mcnemar-mid-p", "tango", "empirical-bernstein")
GUARANTEED = (0, 3)  # those whose size is at most 1 - level on every test set
COLUMNS = ("power", "power_se", "wrong", "size", "size_se")


def options_of(file):
    """(seed, options) from the stored configuration."""
    text = file["config/text"].asstr()[()]
    return int(file.attrs["seed"]), dict(re.findall(r"^([\w-]+) = (.*)$", text, flags=re.MULTILINE))


# ---- The tests, by SciPy ----


def p_values(a, b):
    """McNemar's exact and mid p-value."""
    discordant, rarer = a + b, np.minimum(a, b)
    exact = np.minimum(1, 2 * stats.binom.cdf(rarer, discordant, 0.5))
    mid = np.minimum(1, 2 * stats.binom.cdf(rarer, discordant, 0.5) - stats.binom.pmf(rarer, discordant, 0.5))
    return exact, mid


def verdicts(a, b, m, level):
    """[test, ...] whether each test finds a difference."""
    exact, mid = p_values(a, b)
    delta = 1 - level
    mean = np.abs(a - b) / m
    variance = ((a + b) / m - mean**2) * m / (m - 1)
    log = np.log(4 / delta)
    bernstein = np.sqrt(2 * variance * log / m) + 14 * log / (3 * (m - 1))
    tango = (a - b) ** 2 > stats.norm.ppf(1 - delta / 2) ** 2 * (a + b)
    return np.array([(exact <= delta) & (a != b), (mid <= delta) & (a != b), tango, mean > bernstein])


def table_row(values, m, level, b_better):
    """The row of the table, from the values of the trials."""
    a, b, coin_a = (values[name].astype(np.int64) for name in ("only_a", "only_b", "coin_only_a"))
    found = verdicts(a, b, m, level)
    right, wrong = found & (a > b), found & (a < b)
    right, wrong = (right, wrong) if b_better else (wrong, right)
    coin = verdicts(coin_a, a + b - coin_a, m, level)
    n = len(a)
    return {"power": right.mean(axis=1), "power_se": right.std(axis=1, ddof=1) / np.sqrt(n),
            "wrong": wrong.mean(axis=1), "size": coin.mean(axis=1), "size_se": coin.std(axis=1, ddof=1) / np.sqrt(n)}


def summed(m, share_a, share_b, level):
    """(probability that each test finds A better, B better, a difference where a coin decides) on m iid points."""
    q = share_a + share_b
    a_better, b_better, equal = np.zeros(4), np.zeros(4), np.zeros(4)
    low, high = stats.binom.ppf([1e-15, 1 - 1e-15], m, q).astype(int)
    for discordant in range(max(1, low - 5), min(m, high + 5) + 1):
        a = np.arange(discordant + 1)
        found = verdicts(a, discordant - a, m, level)
        weight = stats.binom.pmf(discordant, m, q)
        mass = stats.binom.pmf(a, discordant, share_a / q)
        a_better += weight * (found * mass)[:, 2 * a < discordant].sum(axis=1)
        b_better += weight * (found * mass)[:, 2 * a > discordant].sum(axis=1)
        equal += weight * (found * stats.binom.pmf(a, discordant, 0.5)).sum(axis=1)
    return a_better, b_better, equal


# ---- Draws ----


def heads(seed, trial, discordant, p=0.5):
    u = (replay.stream(seed, FAIR_COIN, trial).random_raw(int(discordant)) >> np.uint64(11)) * 2.0**-53
    return int((u < p).sum())


def counts(file, purpose, index, size, options, seed):
    """(points that A alone gets wrong, that B alone does) by NumPy, and the scores within rounding of 0."""
    names = (file["power_study"].attrs[name] for name in ("network_a", "network_b"))
    x, y = replay.test_set(seed, index, size, options["sampling"], options["dtype"], purpose)
    score = [replay.scores(file[f"network/{name}"], x) for name in names]
    a, b = ((np.where(s > 0, 1, -1) != y) for s in score)
    close = sum(int((np.abs(s) < replay.UNDECIDED[options["dtype"]]).sum()) for s in score)
    return (int((a & ~b).sum()), int((b & ~a).sum())), close


def check_draws(file, group, seed, options, plant):
    m = int(group.attrs["test_size"])
    values = {name: group[name]["trial_value"][()] for name in ("only_a", "only_b", "coin_only_a")}
    discordant = values["only_a"].astype(int) + values["only_b"]
    off = 1 if plant else 0
    same = [values["coin_only_a"][t] == heads(seed, t + off, discordant[t]) for t in range(200)]
    assert all(same) if not plant else np.mean(same) < 0.9, "coins of the wrong trial went unnoticed"
    differ = 0
    for trial in (0, 1, 63, 64, len(discordant) - 1):
        ours, close = counts(file, TRIAL, trial + off, m, options, seed)
        distance = max(abs(ours[0] - int(values["only_a"][trial])), abs(ours[1] - int(values["only_b"][trial])))
        differ += distance > 0
        assert plant or distance <= close, f"{group.name}, trial {trial}: {ours} by NumPy"
    assert not plant or m < 500 or differ > 0, "test sets of the wrong trial went unnoticed"


# ---- The truth ----


def integrated(network):
    """The risk by the midpoint rule; against one with nine times the cells it is off by less than 6e-5."""
    side = np.linspace(-2.6, 2.6, 1201)
    side = (side[1:] + side[:-1]) / 2
    risk = 0.0
    for rows in np.split(side, 24):
        x = np.stack(np.meshgrid(side, rows), axis=-1).reshape(-1, 2)
        squares = ((x[:, None, None, :] - replay.MEANS) ** 2).sum(axis=-1)
        density = np.exp(-squares / (2 * replay.VARIANCE)).mean(axis=2) / (2 * np.pi * replay.VARIANCE) / 2
        plus = replay.scores(network, x) > 0
        risk += (density[plus, 0].sum() + density[~plus, 1].sum()) * (side[1] - side[0]) ** 2
    return risk


def check_truth(file, options, seed):
    """The stored shares from their parts, and the risks by integration."""
    truth = file["power_study/truth"]
    parts = truth["difference/trial_value"][()]
    facts = truth.attrs
    assert facts["points"] == 10000 * len(parts) >= int(options["truth-points"])
    assert np.isclose(facts["risk_difference"], parts.mean(), rtol=1e-9)
    assert np.isclose(facts["risk_difference"], facts["share_only_a"] - facts["share_only_b"], rtol=1e-12)
    assert np.isclose(facts["risk_difference"], facts["risk_a"] - facts["risk_b"], rtol=1e-9)
    assert np.isclose(facts["risk_difference_se"], parts.std(ddof=1) / np.sqrt(len(parts)), rtol=1e-9)
    for part in (0, len(parts) // 2, len(parts) - 1):
        (a, b), close = counts(file, ERROR_ESTIMATE, part, 10000, options, seed)
        assert abs((a - b) - 10000 * parts[part]) <= close + 1e-6, f"part {part} of the truth: {a} and {b} by NumPy"
    for name in "ab":
        network = file[f"network/{file['power_study'].attrs['network_' + name]}"]
        risk = integrated(network)
        se = np.sqrt(risk * (1 - risk) / facts["points"])
        print(f"risk {name}: {facts['risk_' + name]:.6f}, by integration {risk:.6f}, standard error {se:.1e}")
        assert abs(facts["risk_" + name] - risk) < 5 * se + 6e-5


# ---- As statistics ----


def improbable(count, n, p):
    """Two-sided exact binomial test at 1e-6."""
    return stats.binomtest(int(count), n, min(max(p, 0.0), 1.0)).pvalue < IMPOSSIBLE


def exceeds(count, n, p):
    return stats.binomtest(int(count), n, p, alternative="greater").pvalue < IMPOSSIBLE


def check_power(study, row, n, plant):
    """The share found is that of a binomial with the exact power, which is known within 5 standard errors."""
    for test in range(4):
        exact, error = study["exact_power"][row, test], study["exact_power_se"][row, test]
        count = round(study["power"][row, test] * n)
        nearest = min(max(count / n, exact - 5 * error), exact + 5 * error)
        assert not improbable(count, n, nearest), f"{TESTS[test]}: power {count / n}, exact {exact} +- {error}"
        sd = np.sqrt(exact * (1 - exact) * n)
        if plant and 0.2 < exact < 0.8:
            wrong = count + 5 * n * error + 6 * sd
            nearest = min(max(wrong / n, exact - 5 * error), exact + 5 * error)
            assert improbable(min(wrong, n), n, nearest), "a power that is off went unnoticed"


def check_size(values, m, level, seed, plant):
    """At most the level where it is guaranteed, and what the discordant counts make it be in every test."""
    delta = 1 - level
    discordant = values["only_a"].astype(np.int64) + values["only_b"]
    kinds, times = np.unique(discordant, return_counts=True)
    expected, variance = np.zeros(4), np.zeros(4)
    for kind, often in zip(kinds, times):
        a = np.arange(kind + 1)
        size = (verdicts(a, kind - a, m, level) * stats.binom.pmf(a, kind, 0.5)).sum(axis=1)
        assert (size[list(GUARANTEED)] <= delta + 1e-12).all(), f"{kind} discordant points: the test breaks its level"
        expected += often * size
        variance += often * size * (1 - size)
    coin_a = values["coin_only_a"].astype(np.int64)
    count = verdicts(coin_a, discordant - coin_a, m, level).sum(axis=1)
    for test in range(4):
        assert test not in GUARANTEED or not exceeds(count[test], len(coin_a), delta), f"{TESTS[test]}: {count[test]}"
        # A sum of independent Bernoullis varies less than the Poisson variate of its mean.
        tail = min(stats.poisson.cdf(count[test], expected[test]), stats.poisson.sf(count[test] - 1, expected[test]))
        near = abs(count[test] - expected[test]) < 5 * np.sqrt(variance[test])
        assert near or (expected[test] < 50 and tail > IMPOSSIBLE / 2), f"{TESTS[test]}: {count[test]}, {expected[test]}"
    if not plant or discordant.mean() < 15:
        return
    unfair = np.array([heads(seed, t, d, 0.6) for t, d in enumerate(discordant)])
    fooled = verdicts(unfair, discordant - unfair, m, level).sum(axis=1)
    print(f"m = {m}: a coin of 0.6 makes the exact test reject {fooled[0]} times, a fair one {count[0]}, {len(unfair)} trials")
    off = abs(fooled[0] - expected[0]) > 5 * np.sqrt(variance[0])
    assert off, "a coin of 0.6 went unnoticed"
    if kinds.max() > 120:
        assert exceeds(fooled[0], len(unfair), delta), "the exact binomial test of the size finds nothing"
        doubled = (p_values(coin_a, discordant - coin_a)[0] <= 2 * delta).sum()
        assert exceeds(doubled, len(unfair), delta), "a test at twice its level went unnoticed"


def check_file(file, plant):
    seed, options = options_of(file)
    study, level = file["power_study"], float(options["level"])
    assert tuple(study["test"].asstr()[()]) == TESTS
    assert list(study["test_size"][()]) == [float(m) for m in options["test-size"].split(",")]
    truth = study["truth"].attrs
    check_truth(file, options, seed)
    for row, m in enumerate(study["test_size"][()].astype(int)):
        group = study[f"trials/m_{m}"]
        names = ("only_a", "only_b", "p_value", "coin_only_a", "coin_p_value")
        values = {name: group[name]["trial_value"][()] for name in names}
        a, b, coin_a = (values[name].astype(np.int64) for name in ("only_a", "only_b", "coin_only_a"))
        assert np.allclose(values["p_value"], p_values(a, b)[0], rtol=1e-11, atol=0)
        assert np.allclose(values["coin_p_value"], p_values(coin_a, a + b - coin_a)[0], rtol=1e-11, atol=0)
        assert np.isclose(study["discordant"][row], (a + b).mean(), rtol=1e-12)
        expected = table_row(values, m, level, truth["risk_difference"] > 0)
        for name in COLUMNS:
            assert np.allclose(study[name][row], expected[name], rtol=1e-9, atol=1e-15), (m, name, study[name][row])
        exact = summed(m, truth["share_only_a"], truth["share_only_b"], level)
        right = exact[1] if truth["risk_difference"] > 0 else exact[0]
        assert np.allclose(study["exact_power"][row], right, rtol=1e-9, atol=1e-12), (m, study["exact_power"][row])
        assert np.allclose(study["exact_size"][row], exact[2], rtol=1e-9, atol=1e-12), (m, study["exact_size"][row])
        check_draws(file, group, seed, options, False)
        if plant:
            check_draws(file, group, seed, options, True)
        if options["sampling"] == "iid":
            check_power(study, row, len(a), plant)
        check_size(values, m, level, seed, plant)
    if study.attrs.get("planned_size_exact"):
        assert np.isclose(study.attrs["planned_size_power"], study.attrs["planned_size_summed"], rtol=1e-9)
        assert study.attrs["planned_size_power"] >= study.attrs["planned_power"] == float(options["power"])
    print(f"{len(study['test_size'])} sizes of test sets, {len(a)} trials each")


def same_table(first, second):
    for name in (*COLUMNS, "exact_power", "exact_power_se", "exact_size", "discordant", "test_size"):
        assert (first[f"power_study/{name}"][()] == second[f"power_study/{name}"][()]).all(), f"{name} differs"
    assert dict(first["power_study"].attrs) == dict(second["power_study"].attrs)
    assert dict(first["power_study/truth"].attrs) == dict(second["power_study/truth"].attrs)
    for name, group in first["power_study/trials"].items():
        for output, one in group.items():
            other = second[f"power_study/trials/{name}/{output}"]
            assert dict(one.attrs) == dict(other.attrs) and "trial_value" in one and "trial_value" not in other
            assert all((one["quantile"][q][()] == other["quantile"][q][()]).all() for q in one["quantile"])


if sys.argv[1] == "--same-table":
    same_table(h5py.File(sys.argv[2]), h5py.File(sys.argv[3]))
    sys.exit()
with h5py.File(sys.argv[-1]) as results:
    check_file(results, "--plant" in sys.argv)
