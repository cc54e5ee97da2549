#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Known answers of brisk interval, through its JSON.

    check_interval.py BRISK          run in an empty folder
    check_interval.py --plant BRISK  the same with one known answer changed: has to fail

The numbers come from the formulas evaluated elsewhere (R's binom.test and prop.test, mpmath) to all printed digits.
"""
import json
import subprocess
import sys

KEYS = ["method", "low", "high", "half_width", "estimate", "level", "sides", "status", "reason", "guarantee",
        "assumption", "clipped", "mc_error_low", "mc_error_high"]

# errors among 1000 at level 0.9: half-widths, then ends.
HALF_WIDTHS = {
    0: {"hoeffding": .038702276, "bernstein": .001997155, "empirical-bernstein": .008616001},
    1: {"chebyshev": .003162278, "bernstein": .003642178, "empirical-bernstein": .011332204},
    10: {"chebyshev": .009954853, "bernstein": .008768521, "empirical-bernstein": .017166611},
    50: {"chebyshev": .021805400, "bernstein": .017906463, "empirical-bernstein": .027345506},
    500: {"chebyshev": .050025019, "bernstein": .039733093, "empirical-bernstein": .051584432},
}
ENDS = {
    0: {"clopper-pearson": (0, .0029912495), "wilson": (0, .0026982432), "kl-chernoff": (0, .0029912495),
        "mid-p": (0, .0022999362)},
    10: {"clopper-pearson": (.0054351401, .0169031751), "wilson": (.0059872859, .0166569925),
         "kl-chernoff": (.0041262743, .0197561293), "mid-p": (.0057506707, .0163492156),
         "ideal-percentile": (.005, .015), "ideal-bca": (.006, .016)},
    50: {"clopper-pearson": (.0391635359, .0628634035), "wilson": (.0398282155, .0626002035),
         "kl-chernoff": (.0348996100, .0686847467), "mid-p": (.0395806183, .0623420635),
         "ideal-percentile": (.039, .062), "ideal-bca": (.040, .062)},
}
failures = 0


def refuse(constant):
    raise ValueError("JSON holds " + constant)


def ask(brisk, *arguments):
    done = subprocess.run([brisk, "interval", "--json", *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit("exit code %d: %s" % (done.returncode, done.stderr))
    return json.loads(done.stdout, parse_constant=refuse)


def expect(what, got, wanted, tolerance=6e-10):
    global failures
    if got is None or abs(got - wanted) > tolerance:
        failures += 1
        print("%s: %r, not %r" % (what, got, wanted))


def by_method(answer):
    return {row["method"]: row for row in answer["intervals"]}


def check_counts(brisk):
    for k, widths in HALF_WIDTHS.items():
        with open("losses.csv", "w") as file:
            file.write("loss\n" + "1\n" * k + "0\n" * (1000 - k))
        answer = ask(brisk, "losses.csv", "--method", "closed-form,ideal")
        assert list(answer) == ["n", "estimate", "level", "intervals"], list(answer)
        assert answer["n"] == 1000 and answer["level"] == 0.9
        expect("estimate of %d errors" % k, answer["estimate"], k / 1000, 1e-15)
        rows = by_method(answer)
        for row in rows.values():
            assert list(row) == KEYS, list(row)
        for method, width in widths.items():
            expect("%s of %d errors" % (method, k), rows[method]["half_width"], width)
        for method, (low, high) in ENDS.get(k, {}).items():
            expect("low of %s of %d errors" % (method, k), rows[method]["low"], low)
            expect("high of %s of %d errors" % (method, k), rows[method]["high"], high)


def check_one_sided(brisk):
    with open("losses.csv", "w") as file:
        file.write("loss\n" + "1\n" * 50 + "0\n" * 950)
    rows = by_method(ask(brisk, "losses.csv", "--side", "upper", "--method", "hoeffding,chebyshev,bernstein"))
    expect("one-sided hoeffding", rows["hoeffding"]["high"], .05 + .03393070212207556)
    expect("one-sided chebyshev", rows["chebyshev"]["high"], .05 + .0206864, 6e-8)
    expect("one-sided bernstein", rows["bernstein"]["high"], .05 + .0155849, 6e-8)
    assert all(row["low"] == 0 and row["sides"] == "upper" for row in rows.values())


def check_betting(brisk):
    with open("order.txt", "w") as file:
        file.write("".join("%d\n" % (i % 27 == 0) for i in range(1, 1001)))
    rows = by_method(ask(brisk, "order.txt", "--method", "betting", "--order", "file"))
    expect("low of betting", rows["betting"]["low"], .0247628319)
    expect("high of betting", rows["betting"]["high"], .0560331511)
    shuffled = by_method(ask(brisk, "order.txt", "--method", "betting"))
    assert shuffled["betting"]["low"] != rows["betting"]["low"]


def check_bootstrap(brisk):
    """The 16 points of SciPy's tests: R boot's intervals of the mean at B = 1e6, to half a percent and noise."""
    with open("points.txt", "w") as file:
        file.write("10 12 12.5 12.5 13.9 15 21 22 23 34 50 81 89 121 134 213".replace(" ", "\n"))
    rows = by_method(ask(brisk, "points.txt", "--level", "0.95", "--resamples", "200000", "--method",
                         "bootstrap-basic,bootstrap-percentile,bootstrap-bca"))
    for method, low, high in (("basic", 23.77, 79.12), ("percentile", 28.86, 84.21), ("bca", 32.31, 91.43)):
        row = rows["bootstrap-" + method]
        expect("low of " + method, row["low"], low, .005 * low + 6 * row["mc_error_low"])
        expect("high of " + method, row["high"], high, .005 * high + 6 * row["mc_error_high"])
    again = ask(brisk, "points.txt", "--method", "bootstrap-bca", "-j", "1")
    assert again == ask(brisk, "points.txt", "--method", "bootstrap-bca", "-j", "2"), "threads change the answer"
    assert again != ask(brisk, "points.txt", "--method", "bootstrap-bca", "--seed", "2"), "the seed changes nothing"


def main(arguments):
    if arguments[0] == "--plant":
        ENDS[10]["wilson"] = (.0059872859, .016657)
        arguments = arguments[1:]
    for check in (check_counts, check_one_sided, check_betting, check_bootstrap):
        check(arguments[0])
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
