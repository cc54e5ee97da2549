#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures everything that docs/performance.md says, and writes it.

    /usr/bin/python3 experiments/peers/performance_page.py --brisk build/bin/brisk -o docs/performance.md

For a page to be published, on a quiet machine: it takes some minutes. --data FILE keeps what was measured as JSON;
--from FILE writes the page again from such a file and measures nothing. --pairs, --stages, --threads and --quick are
those of compare.py; --growth-runs says how often each command of the series runs.
"""

import json
import sys

import compare
import counts
import growth
import page_text


def measured(run, names, pairs, growth_runs, say, keep):
    """Everything, kept after each part: the whole takes minutes."""
    found = compare.measure(run, names, pairs, say)
    result = {"compare": compare.report(run, found, pairs)}
    keep(result)
    say("brisk bench, all stages")
    result["bench"] = run.brisk.bench()
    keep(result)
    say("instructions and cache misses")
    scale = 1 if run.quick else 4
    result["counts"] = dict(zip(("perf", "perf_missing"), counts.by_perf(run.brisk, 10 * scale)))
    result["counts"] |= dict(zip(("callgrind", "callgrind_missing"), counts.by_callgrind(run.brisk, scale)))
    keep(result)
    result["growth"] = growth.measure(run.brisk, 1 if run.quick else growth_runs, run.quick, say)
    result["load_end"] = compare.sides.load()
    keep(result)
    return result


def keeper(path):
    """Writes what was measured so far."""
    def keep(result):
        if path:
            with open(path, "w", encoding="utf-8") as file:
                json.dump(result, file, indent=1)
    return keep


def main():
    parser = compare.arguments("writes docs/performance.md")
    parser.add_argument("-o", "--output", required=True, help="the page, Markdown")
    parser.add_argument("--data", help="where to keep the measurements (JSON)")
    parser.add_argument("--growth-runs", type=int, default=3, help="runs of each command of the series")
    parser.add_argument("--from", dest="given", help="measurements kept before; nothing is measured")
    options = parser.parse_args()
    if options.given:
        with open(options.given, encoding="utf-8") as file:
            result = json.load(file)
    else:
        names = compare.stage_names(parser, options.stages)
        run, pairs = compare.prepared(parser, options)
        result = measured(run, names, pairs, options.growth_runs,
                          lambda line: print(line, file=sys.stderr, flush=True), keeper(options.data))
    with open(options.output, "w", encoding="utf-8") as file:
        file.write(page_text.page(result))


if __name__ == "__main__":
    main()
