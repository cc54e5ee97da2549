# SPDX-License-Identifier: GPL-3.0-or-later
"""model_replay.txt: points of 100 trials, rebuilt by the analysis package's replay with NumPy alone.

A line is SEED TRIAL SAMPLING DTYPE COUNT POINT X0 X1 Y: sampling 0 balanced, 1 iid; dtype 32 or 64. Of each
trial the first point, the last, and one in between, in both dtypes and both ways of sampling.
Run: /usr/bin/python3 make_model_replay.py > model_replay.txt
"""

import importlib.util
import pathlib
import random

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "analysis" / "python" / "brisk_analysis" / "replay.py"
spec = importlib.util.spec_from_file_location("replay", SOURCE)
replay = importlib.util.module_from_spec(spec)
spec.loader.exec_module(replay)

random.seed(4)
# Counts around the vectors' and the chunks' lengths as well as the lab's.
COUNTS = [1000, 2, 16, 34, 256, 258, 1022, 1026, 1000, 4098]
SEEDS = [1, 1, 7, 2**32, 2**64 - 1]

for trial in range(100):
    seed, count = SEEDS[trial % len(SEEDS)], COUNTS[trial // 3 % len(COUNTS)]
    index = trial if trial % 10 else 2**32 + trial
    points = sorted({0, random.randrange(count), count - 1})
    for sampling in ("balanced", "iid"):
        for dtype in ("f32", "f64"):
            x, y = replay.test_set(seed, index, count, sampling, dtype)
            for i in points:
                print(seed, index, int(sampling == "iid"), dtype[1:], count, i, f"{x[i, 0]:.9g} {x[i, 1]:.9g}", y[i])
