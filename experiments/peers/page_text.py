# SPDX-License-Identifier: GPL-3.0-or-later
"""The words and tables of docs/performance.md, from what performance_page.py measured."""

BUSY = 0.5  # a load average above this at the start, for each core, makes the page say so

TOP = """# How fast brisk is

*Made by `experiments/peers/performance_page.py`; edit that, not this page.*

{machine}

Measured on {date} with

```
/usr/bin/python3 experiments/peers/performance_page.py --brisk build/bin/brisk -o docs/performance.md
```

which runs what follows: `compare.py` ({pairs}), `brisk bench`, callgrind, and a few series of `brisk run test-error`.
{load}

## Beside PyTorch, SciPy, NumPy and R

The same work, the peer and then brisk, pair by pair in one run. *Ratio*: the peer's time over brisk's, the median over
the pairs, with its least and most. A peer runs in every form that its users would think of, on one thread and on all
(the number behind its form), warm, and the quickest of each pair counts. brisk uses all cores but where "one core" is said.

"""

LIMITS = """
## How near that is to what the machine can do

`brisk bench` measures what this machine does of one kind of operation and nothing else, in enough independent chains that
no unit waits, in the same interleaved runs as the stages. Nanoseconds of one operation on one core, at its quickest:

"""

ARITHMETIC = """
The limit of a stage is counted from its formula, not from the code:

| what | multiply-adds and products | divisions, roots | 64-bit products | loads |
|---|---|---|---|---|
| tanh unit, f32: z 2, tanh 9 (reduction 2, exponential 6, end 1), score 1 | 12 | 1 | | |
| the same in f64, a longer polynomial | 20 | 1 | | |
| its gradients: slope 3, two weights 2, output weight 1 | 6 | | | |
| two normals, f32 (Box and Muller: log 11, sine and cosine 11, product 2) | 24 | 2 | 4 | |
| two normals, f64 | 36 | 2 | 8 | |
| 64 random bits (PCG64-DXSM: step 2, output 2) | | | 4 | |
| a fresh test point: two normals, half a draw for its component, 2 to place it | 26 | 2 | 6 | |
| a resampled loss: itself times its count, 21 random bits (33 words of 64 for 128 losses, and those of halving down to 128) | 1 | | 1.3 | |

A core does different kinds at the same time, so the limit is the slowest kind alone:

```
limit = max(multiply-adds x their ns, divisions x theirs, loads x theirs, products x theirs) / threads
```

with 64-bit products at the combined rate of vectors and single words, 1 / (1 / vector + 1 / word). Sums, integer
operations, stores and everything else that the code needs besides are left out, so no program of the same formula can be
quicker, and 1.00 cannot be reached: tanh needs, beside its 12 multiply-adds and the division, 4 sums and 5 integer
operations a unit. Example, f32 on {isa}: {example}.
The baseline instruction set has no fused multiply-add (it is computed exactly in a dozen operations), so its limits leave
them out and say little.

"""

AFTER_LIMITS = """
Why the rest is lost:

- *raw*: vectors have no product of 64 by 64 bits to 128, so the step of the generator takes four products of halves and
  some carrying; the limit counts one.
- *normal*: the pass from draws to normals reaches about half of its limit; drawing the bits comes on top.
- *resample-1000*: the limit counts the products of the random words and of the losses by their counts. Masks and counts of
  ones make counts out of the words, and each count becomes a double (two operations) before its product.
- *train-5*, *train-10*: vectors hold 16 units, so 5 fill a third. By callgrind, line by line, of the 208 instructions that
  the forward pass of 5 units takes a point (AVX2), 35 % fold 16 lanes into a score, 19 % make sure that no sum can
  overflow, 15 % are multiply-adds and 16 % the rest of tanh; the passes back to the gradients take an eighth of that.
- *train-500*: on one core, half of its limit or more (next section); on two, both wait for each other at the end of each
  pass, several times an epoch, which a busy machine makes long.
- *bootstrap-bca*, *resample-1e6* on all threads: as *resample-1000* on each core, where the cores are free.
"""

COUNTS = """
## The three hottest loops

"""

GROWTH = """
## How the cost grows

Whole commands, `brisk run test-error --epochs 1 --resamples 1 --trials T --test-size M --hidden H -j J`, their files
written, wall time; the median of interleaved runs. *dense* sends every point through the network.

"""


def cell(value):
    """A number in a table: three digits that count."""
    if value is None:
        return ""
    if value != 0 and (abs(value) < 1e-3 or abs(value) >= 1e6):
        return f"{value:.2e}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def table(head, rows, right=()):
    lines = ["| " + " | ".join(head) + " |",
             "|" + "|".join("---:" if column in right else "---" for column in head) + "|"]
    return "\n".join(lines + ["| " + " | ".join(str(part) for part in row) + " |" for row in rows]) + "\n"


def top(result):
    found = result["compare"]
    machine, versions = found["machine"], found["versions"]
    peers = [f"{name} {versions[key]}" for key, name in
             (("torch", "PyTorch"), ("scipy", "SciPy"), ("numpy", "NumPy"), ("Python", "Python")) if key in versions]
    if "R" in versions:
        peers.append(versions["R"])
    where = (f"{machine['processor']}, {machine['cores']} cores ({result['bench']['machine']['threads']} threads used), "
             f"{machine['system']}; {versions['brisk']}; {', '.join(peers)}.")
    pairs = ("--quick: one pair, so these figures only show that it works" if found["quick"]
             else f"{found['pairs']} pairs")
    return TOP.format(machine=where, date=found["date"], pairs=pairs,
                      load=load_in_words(found["load_start"], result["load_end"], machine["cores"]))


def load_in_words(start, end, cores):
    if start <= BUSY * cores and end <= (1 + BUSY) * cores:
        return f"Load average {start:.1f} before and {end:.1f} after, on {cores} cores."
    return (f"**The machine was shared while this was measured** (load average {start:.1f} before, {end:.1f} after, {cores} "
            "cores): others had a good part of the cores. Times by the wall clock are too long, on both sides, and stages "
            "that need all cores at once, training above all, suffer most; so do their ratios and fractions. Hot loops on "
            "one core go by processor time and suffer little.")


def ratios(found):
    rows = []
    for row in found["stages"]:
        ratio = row["ratio"]
        rows.append((row["what"], row["peer"], f"{cell(row['peer_median'])} {row['unit']}",
                     f"{cell(row['brisk_median'])} {row['unit']}", f"**{cell(ratio['median'])}**",
                     f"{cell(ratio['min'])} to {cell(ratio['max'])}", cell(row["asked"]), row["form"]))
    text = table(("what", "peer", "its time", "brisk", "ratio", "spread", "asked", "the peer's best form, threads"), rows,
                 ("its time", "brisk", "ratio", "asked"))
    for name, reason in found["missing"].items():
        text += f"\nLeft out: {name}, {reason}."
    return text


def operations(bench):
    sets = list(bench["operation_ns"])
    units = list(bench["operation_ns"][sets[0]])
    rows = [[unit] + [f"{bench['operation_ns'][isa][unit]:.4f}" for isa in sets] for unit in units]
    return table(["operation"] + sets, rows, sets)


def example(bench):
    isa = bench["machine"]["instruction_set"]
    speed = bench["operation_ns"][isa]
    if isa == "scalar":
        return "none on the baseline"
    row = next((r for r in bench["stages"] if r["stage"] == "tanh-unit-f32" and r["instruction_set"] == isa), None)
    fma, divide = speed["fma-f32"], speed["divide-f32"]
    counted = f"max(12 x {fma:.4f}, {divide:.4f}) = {max(12 * fma, divide):.4f} ns a unit"
    return counted + (f", {row['fraction']:.2f} of which is reached at {row['median']:.4f} ns" if row else "")


def limits(bench):
    rows = []
    for row in bench["stages"]:
        if row["unit"] == "ns":
            reached = [f"{row['limit'] / row[which]:.2f}" if row["fraction"] else "" for which in ("median", "min")]
            rows.append((row["stage"], row["instruction_set"] or "in use", row["threads"], cell(row["median"]),
                         cell(row["limit"]), *reached, row["bound_by"] or row["formula"], row["what"]))
    head = ("stage", "set", "threads", "ns", "limit, ns", "reached", "in the best run", "the limit is", "one item")
    return table(head, rows, head[2:7])


def stage_of(bench, name, isa=None):
    return next((row for row in bench["stages"] if row["stage"] == name and row["instruction_set"] == isa), None)


def sets_beside(bench):
    """The speed of AVX2 in that of AVX-512."""
    rows = []
    for stage, asked in (("raw", "1/3"), ("normal-f32", ""), ("tanh-unit-f32", "1/2"), ("dense-trial", "1/2"),
                         ("map-trial", "1/2"), ("map-labels", "")):
        narrow, wide = stage_of(bench, stage, "avx2"), stage_of(bench, stage, "avx512")
        if narrow and wide:
            rows.append((stage, cell(narrow["median"]), cell(wide["median"]), f"{wide['median'] / narrow['median']:.2f}",
                         f"{wide['min'] / narrow['min']:.2f}", asked))
    if not rows:
        return ""
    head = ("stage", "avx2, ns", "avx512, ns", "speed of avx2 in that of avx512", "in the best runs", "asked")
    return "\nA processor without AVX-512, as this one is with `BRISK_ISA=avx2`:\n\n" + table(head, rows, head[1:])


def files(bench):
    """What the results file takes of a run."""
    parts = []
    for stage, what in (("file-lab", "the lab"), ("file-trials", "10,000 trials"), ("file-million", "1,000,000 trials")):
        row = stage_of(bench, stage)
        if row:
            parts.append(f"{row['median']:.1f} % of {what}")
    if not parts:
        return ""
    return ("\nWriting the results file (digests, compression, write, fsync; default evaluation) takes " + ", ".join(parts)
            + "; asked 5 %. What is left of the lab's share is HDF5's own work on some 200 datasets and 1,100 attributes (about\n"
            "15 to 25 ms; chunks are packed beside it on the other thread) and the disk (write, fsync, rename: 4 to 10 ms), in a run\n"
            "of a quarter of a second.\n")


def threads_and_memory(bench):
    one, two = stage_of(bench, "trials-1-thread"), stage_of(bench, "trials-2-threads")
    text = ""
    if one and two:
        text += (f"\nTwo threads against one (trials of 1000 points through 100 units): {one['median'] / two['median']:.2f} "
                 "times as fast; asked 1.9. The CPUs of a virtual machine need not be equally quick: pinned to one and to the\n"
                 "other (`taskset -c 0`, `taskset -c 1`), trials through the map took 6.3 and 4.3 s on this kind of machine, alone\n"
                 "and both at once, so that two threads could be 1.7 times as fast as the quicker one at best.\n")
    for name, keep in (("memory-summary", "summary"), ("memory-all", "all")):
        row = stage_of(bench, name)
        if row and row["median"] is not None:
            text += f"\nPeak memory of a run with `--keep {keep}`: {cell(row['median'])} bytes more for each trial more.\n"
    return text


def counted(result):
    found, bench = result["counts"], result["bench"]
    text = ""
    if found["perf"]:
        text += ("`perf stat` over whole commands in which the loop is nearly all (one thread, the instruction set in use), "
                 "an item:\n\n")
        columns = ("instructions", "cycles", "L1-dcache-load-misses", "cache-misses")
        text += table(("loop", "one item", "instructions", "cycles", "first-level misses", "last-level misses"),
                      [[r["loop"], r["item"]] + [cell(r.get(column)) for column in columns]
                       for r in found["perf"]]) + "\n"
    else:
        text += f"`perf stat` could not count: {found['perf_missing']}. "
    if found["callgrind"]:
        text += ("By callgrind with `BRISK_ISA=avx2` (valgrind does not know AVX-512), one thread, the loop's own functions "
                 "alone, misses in simulated caches of this machine's sizes, an item:\n\n")
        rows = []
        for r in found["callgrind"]:
            rows.append((r["loop"], r["item"], cell(r["instructions"]), cell(r["ns"]),
                         f"{r['instructions'] / r['ns']:.1f}", cell(r["first_cache_misses"]),
                         cell(r["last_cache_misses"])))
        text += table(("loop", "one item", "instructions", "ns at best", "instructions a ns", "first-level misses",
                       "last-level misses"), rows)
        if "avx2" in bench["operation_ns"]:
            fma = 1 / (8 * bench["operation_ns"]["avx2"]["fma-f32"])
            text += (f"\nFor scale: this core finishes {fma:.1f} vector multiply-adds of AVX2 a ns where it does nothing else "
                     "(two units).\n")
    else:
        text += f"callgrind did not count either: {found['callgrind_missing']}.\n"
    return text + """
What they are bound by:

- **forward pass**: arithmetic. No misses: a block of 64 points stays in registers and the first-level cache while the units
  pass over it. Of its operations the multiply-adds alone take over half of the time; sums, integer operations and the
  division run beside them, and the issue of instructions is what is left.
- **training**: arithmetic too. Each activation is written once and read once, 4 bytes each way: 2 / 16 = 0.125 lines of 64
  bytes an item, which is what the misses show. They stay within the second level, in order, and cost little: it finishes as
  many instructions a ns as the forward pass, or more.
- **resampling**: instructions. Everything lies in the first-level cache, and nothing is done one by one: resamples lie side
  by side in the vectors, about a third of the instructions draw random words, the others turn words into counts and add
  up losses times counts.
"""


def grown(rows):
    names = list(rows[0]["times"])
    head = ["series", "trials", "test size", "units", "threads"] + [f"{name}, s" for name in names]
    head.append("ns a point and unit (dense)")
    lines = []
    for row in rows:
        point = row["point"]
        cells = point["trials"] * point["test-size"] * point["hidden"]
        lines.append([row["series"], f"{point['trials']:,}", f"{point['test-size']:,}", point["hidden"], point["threads"]]
                     + [f"{row['seconds'][name]:.3f}" for name in names] + [cell(1e9 * row["seconds"]["dense"] / cells)])
    return table(head, lines, head[1:]) + slope(rows)


def slope(rows):
    """The line through the series of units, by its ends."""
    units = [row for row in rows if row["series"] == "hidden"]
    first, last = units[0], units[-1]
    points = first["point"]["trials"] * first["point"]["test-size"]
    unit = 1e9 * (last["seconds"]["dense"] - first["seconds"]["dense"]) / (points * (last["value"] - first["value"]))
    rest = 1e9 * first["seconds"]["dense"] / points - unit * first["value"]
    return f"""
Proportional to trials, to the test size and to the units once these outweigh the rest: by the series of units, {cell(unit)} ns
a unit at a point, and {cell(rest)} ns a point for drawing it, start-up and the file.
"""


def page(result):
    bench = result["bench"]
    text = top(result) + ratios(result["compare"])
    text += LIMITS + operations(bench) + ARITHMETIC.format(isa=bench["machine"]["instruction_set"], example=example(bench))
    text += limits(bench) + AFTER_LIMITS + sets_beside(bench) + threads_and_memory(bench) + files(bench)
    text += COUNTS + counted(result) + GROWTH + grown(result["growth"])
    return text
