#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes stats_classification.txt: F1, balanced accuracy and AUC of resamples, and max-T intervals.

    /usr/bin/python3 make_stats_classification.py > stats_classification.txt     (made with SciPy 1.10.1)

"points SEED N F1 BALANCED AUC", then N lines "POSITIVE PREDICTED SCORE COUNT": the statistics of the resample in which
a point stands COUNT times. AUC is Mann and Whitney's U over the number of pairs, F1 the harmonic mean of precision
and recall.
"models K B LEVEL CRITICAL BEST OPTIMISM", K estimates, B lines of K replicates, then for each pair "A B SE LOW HIGH P".
"""
import itertools

import numpy as np
from scipy import stats

print("# SPDX-License-Identifier: GPL-3.0-or-later")
for seed, n, ties in ((2, 16, False), (7, 40, True), (3, 201, True), (4, 200, False)):
    rng = np.random.default_rng(seed)
    positive = rng.random(n) < 0.4
    score = rng.normal(size=n) + positive
    if ties:
        score = np.round(score * 2) / 2
    predicted = score > 0.5
    count = np.bincount(rng.integers(n, size=n), minlength=n)
    y, s, yhat = (np.repeat(values, count) for values in (positive, score, predicted))
    precision, recall = (y & yhat).sum() / yhat.sum(), (y & yhat).sum() / y.sum()
    f1 = stats.hmean([precision, recall])
    balanced = np.mean([(yhat[y]).mean(), (~yhat[~y]).mean()])
    auc = stats.mannwhitneyu(s[y], s[~y]).statistic / (y.sum() * (~y).sum())
    print("points", seed, n, *("%.17g" % value for value in (f1, balanced, auc)))
    for row in zip(positive, predicted, score, count):
        print("%d %d %.17g %d" % row)

rng = np.random.default_rng(5)
k, b, level = 4, 99, 0.9
losses = rng.random((30, 1)) * 0.5 + rng.random((30, k)) * 0.5
estimate = losses.mean(axis=0)
replicates = np.array([losses[rng.integers(30, size=30)].mean(axis=0) for _ in range(b)])
pairs = list(itertools.combinations(range(k), 2))
difference = np.array([estimate[i] - estimate[j] for i, j in pairs])
resampled = np.array([replicates[:, i] - replicates[:, j] for i, j in pairs])
error = resampled.std(axis=1, ddof=1)
t = np.abs((resampled - difference[:, None]) / error[:, None]).max(axis=0)
critical = np.sort(t)[int(np.ceil(level * (b + 1))) - 1]
best = replicates.argmin(axis=1)
optimism = np.mean([estimate[best[r]] - replicates[r, best[r]] for r in range(b)])
print("models", k, b, level, "%.17g" % critical, estimate.argmin(), "%.17g" % optimism)
print(*("%.17g" % value for value in estimate))
for row in replicates:
    print(*("%.17g" % value for value in row))
for (i, j), d, e in zip(pairs, difference, error):
    p = (1 + (t >= abs(d) / e).sum()) / (b + 1)
    print(i, j, *("%.17g" % value for value in (e, d - critical * e, d + critical * e, p)))
