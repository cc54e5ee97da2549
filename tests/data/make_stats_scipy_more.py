# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes stats_scipy_more.txt: one replicate set a case by SciPy's own bootstrap (made with 1.10.1), with all its methods.

/usr/bin/python3 make_stats_scipy_more.py > stats_scipy_more.txt
Each case: "case NAME n ny resamples", x (and y), t0, a, the replicates, then "expect METHOD LEVEL LOW HIGH" lines.
a comes from SciPy's own _bca_interval. Also the numbers of a trimmed mean, quantiles and variances by SciPy and NumPy on
resamples drawn with NumPy's PCG64DXSM by resample-halve-v1: "draws STATISTIC PARAMETER r VALUE" for 23 points.
"""
import warnings

import numpy as np
from resample_halve import counts_of
from scipy import stats
from scipy.stats import _resampling

RESAMPLES = 999
SIXTEEN = [10, 12, 12.5, 12.5, 13.9, 15, 21, 22, 23, 34, 50, 81, 89, 121, 134, 213]
Y = [10, 27, 31, 40, 46, 50, 52, 104, 146]
Z = [16, 23, 38, 94, 99, 141, 197]


def ratio(x, y, axis=-1):
    return np.mean(x, axis=axis) / np.mean(y, axis=axis)


def difference(x, y, axis=-1):
    return np.mean(x, axis=axis) - np.mean(y, axis=axis)


def write(name, data, statistic, paired=False):
    replicates, expected, seen = None, [], {}
    original = _resampling._bca_interval

    def spy(*arguments, **keywords):
        result = original(*arguments, **keywords)
        seen["a"] = float(result[2])
        return result

    _resampling._bca_interval = spy
    for method in ("percentile", "basic", "BCa"):
        for level in (0.8, 0.9, 0.95):
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                result = stats.bootstrap(data, statistic, n_resamples=RESAMPLES, confidence_level=level, paired=paired,
                                         method=method, random_state=np.random.default_rng(20240501))
            assert replicates is None or (replicates == result.bootstrap_distribution).all()
            replicates = result.bootstrap_distribution
            low, high = result.confidence_interval
            expected.append(f"expect bootstrap-{method.lower()} {level} {low:.17g} {high:.17g}")
    _resampling._bca_interval = original
    numbers = [value for column in data for value in column]
    print(f"case {name} {len(data[0])} {len(data[1]) if len(data) > 1 else 0} {RESAMPLES}")
    numbers += [float(statistic(*[np.asarray(column) for column in data])), seen["a"], *replicates]
    print("\n".join(f"{value:.17g}" for value in numbers))
    print("\n".join(expected))


def write_draws(n=23, seed=5):
    x = np.array([((37 * i) % 29) / 8 + i * i / 64 for i in range(n)])
    statistics = [("mean", 0, np.mean), ("variance", 0, lambda v: np.var(v, ddof=1)),
                  ("sd", 0, lambda v: np.std(v, ddof=1)), ("median", 0, np.median),
                  ("quantile", 0.9, lambda v: np.quantile(v, 0.9)), ("quantile", 0.23, lambda v: np.quantile(v, 0.23)),
                  ("trimmed-mean", 0.1, lambda v: stats.trim_mean(v, 0.1)),
                  ("trimmed-mean", 0.25, lambda v: stats.trim_mean(v, 0.25))]
    print(f"draws {n} {seed}")
    for replicate in (0, 1, 2, 63, 64, 700):
        sequence = np.random.SeedSequence(seed, spawn_key=(6, replicate))
        drawn = np.repeat(x, counts_of(sequence, n))
        for name, parameter, function in statistics:
            print(name, parameter, replicate, f"{function(drawn):.17g}")


write("sixteen", (SIXTEEN,), np.mean)
write("difference", (Z, Y), difference)
write("ratio", (SIXTEEN[:9], Y), ratio, paired=True)
write("variance", (SIXTEEN,), lambda x, axis=-1: np.var(x, axis=axis, ddof=1))
write("sd", (SIXTEEN,), lambda x, axis=-1: np.std(x, axis=axis, ddof=1))
write("median", (SIXTEEN[:15],), np.median)
write("quantile-0.3", (SIXTEEN,), lambda x, axis=-1: np.quantile(x, 0.3, axis=axis))
write("trimmed-0.2", (SIXTEEN,), lambda x, axis=-1: stats.trim_mean(x, 0.2, axis=axis))
write_draws()
