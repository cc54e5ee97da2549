# SPDX-License-Identifier: GPL-3.0-or-later
"""The experiments `fit` and `loss-coverage`, and files of `brisk interval`, in a report."""
from . import report_text as text
from .report_blocks import Cell, Column, Facts, Note, Paragraph, Section, Table, number, rate, whole, words
from .report_intervals import guarantee, intervals_of, levels, table
from .report_lab import network_cell, network_title, section_id


# A network on a table of the user's


def is_fit(results):
    return results.find("layout", "training_set") is not None or results.find("experiment") == "fit"


def interval_named(intervals, *methods):
    """The first of the methods that has an interval."""
    for method in methods:
        for interval in intervals:
            if interval.method == method and interval.there:
                return interval
    return None


def fit_answer(results):
    networks = [network for network in results.networks.values() if network.find("test_error") is not None]
    if not networks:
        return []
    best = min(networks, key=lambda network: network.find("test_error"))
    points = results.find("points", "test_set")
    sentences = [
        f"{'The network' if len(networks) == 1 else 'The best network on these test points,'} {network_title(best)},"
        f" gets {text.percent(best.find('test_error'))} of the {text.counted(points, 'test point')} wrong."
    ]
    found = interval_named(intervals_of(best), "clopper-pearson", "hoeffding")
    if found:
        promise = "whatever the risk is" if found.guarantee == "exact" else "at any number of points"
        sentences.append(
            f"With {text.level(found.level)} confidence its error rate on points of the same kind lies between"
            f" {text.percent(found.low)} and {text.percent(found.high)} ({found.method}, which keeps that level"
            f" {promise})."
        )
    paragraphs = [" ".join(sentences)]
    if results.has("comparison/pair"):
        paragraphs.append(comparison_answer(results.node("comparison")))
    return paragraphs


def comparison_answer(comparison):
    pairs = comparison.read("pair", 1)
    adjusted = comparison.read("mcnemar_holm", 1) if comparison.has("mcnemar_holm") else []
    level = comparison.find("level", default=0.9)
    differ = [pair for pair, p in zip(pairs, adjusted) if text.is_number(p) and p <= 1 - level]
    said = (
        f"Of {text.words(len(pairs))} pairs of networks,"
        f" {text.listing(differ)} {'differs' if len(differ) == 1 else 'differ'}"
        if differ
        else "No pair of networks shows a difference" if len(pairs) > 1 else f"{pairs[0]}: no difference is seen"
    )
    said += (
        f" beyond chance on these points (McNemar's exact test, adjusted for all pairs, at {text.level(1 - level)})."
    )
    optimism = comparison.find("optimism")
    if text.is_number(optimism) and len(pairs) > 0:
        said += (
            f" That {comparison.find('best')} was picked on these points flatters it by about {text.points(optimism)}."
        )
    return said


def fit_overview(results, gallery):
    networks = list(results.networks.values())
    section = Section("Data and networks", id="networks")
    section.add(Facts([row for row in data_facts(results) if row[1] != text.MISSING]))
    columns = [
        Column("Network", False),
        Column("Training error (%)"),
        Column("Test error (%)"),
        Column("From (%)", help="lower end of Clopper and Pearson's interval"),
        Column("To (%)", help="upper end"),
        Column("Test NLL (nat)", help="mean negative log-likelihood of a test point"),
        Column("Training loss (nat)"),
    ]
    rows = []
    for network in networks:
        found = interval_named(intervals_of(network), "clopper-pearson", "hoeffding")
        likelihood = number(network.find("test_nll"), 5)
        if text.is_number(network.find("test_nll_standard_error")):
            likelihood.small = [f"± {text.significant(network.find('test_nll_standard_error'), 2)}"]
        rows.append(
            [
                network_cell(network),
                rate(network.find("train_error")),
                rate(network.find("test_error")),
                rate(found.low if found else None),
                rate(found.high if found else None),
                likelihood,
                number(network.find("final_loss"), 4, True),
            ]
        )
    if rows:
        section.add(
            Table(
                "The networks side by side",
                columns,
                rows,
                "All networks see the same test points and resamples. ±: standard error.",
            )
        )
    section.add(*gallery.take("test_error", "loss"))
    return section


def data_facts(results):
    held = results.find("held_out", "test_set")
    facts = [
        ("File", results.find("source", "training_set")),
        ("How it was read", results.find("layout", "training_set")),
        ("Label", results.find("label", "training_set")),
        (
            "Class −1, class +1",
            f"{results.find('negative_class', 'training_set')}, {results.find('positive_class', 'training_set')}",
        ),
        ("Inputs", inputs(results)),
        (
            "Standardised",
            {1: "by means and standard deviations of the training set", 0: "no"}.get(
                results.find("applied", "standardisation")
            ),
        ),
        ("Training set", set_fact(results, "training_set")),
        ("Test set", set_fact(results, "test_set")),
        ("Test set from", "the same file, held out at random" if held else results.find("source", "test_set")),
    ]
    return [(name, str(value)) for name, value in facts if value not in (None, text.MISSING)]


def inputs(results):
    if not results.has("input"):
        return None
    names = results.read("input", 1)
    shown = ", ".join(names[:12])
    return f"{len(names)}: {shown}" + (" …" if len(names) > 12 else "")


def set_fact(results, name):
    points, positive = results.find("points", name), results.find("positive_points", name)
    if points is None:
        return None
    return text.counted(points, "point") + (f", {text.count(positive)} of class +1" if positive is not None else "")


def fit_section(network, gallery):
    section = Section(text.capital(network_title(network)), id=section_id(network), group="Networks")
    section.add(*gallery.take("intervals", about=network.name))
    intervals = intervals_of(network)
    if intervals:
        section.add(table(intervals, f"Intervals of level {levels(intervals)} for the error rate of {network.name}"))
    likelihood = intervals_of(network, "nll_interval")
    if likelihood:
        section.add(
            table(
                likelihood,
                f"Intervals of level {levels(likelihood)} for the mean negative log-likelihood of {network.name}",
                as_percent=False,
                note="These losses have no known range, so methods that need one withhold their interval.",
            )
        )
    section.add(*gallery.take(about=network.name))
    return section


def comparison_section(results, gallery):
    if not results.has("comparison/pair"):
        return None
    comparison = results.node("comparison")
    section = Section("Differences between networks", id="comparison")
    section.add(Paragraph(comparison_answer(comparison)))
    section.add(*gallery.take("comparison"))
    section.add(comparison_table(comparison))
    section.add(
        Paragraph(
            "Only A, only B: points that exactly this network gets wrong. From, to: Tango's interval of the difference"
            " of the error rates, asymptotic, each pair for itself; for all pairs: intervals that hold for all pairs at"
            " once, by the bootstrap. Where few points differ, believe the test."
        )
    )
    return section


COMPARISON = (
    ("difference", "Difference (%)", rate),
    ("low", "From (%)", rate),
    ("high", "To (%)", rate),
    ("only_a", "Only A", whole),
    ("only_b", "Only B", whole),
    ("mcnemar_exact", "McNemar p", None),
    ("mcnemar_holm", "p, all pairs", None),
    ("simultaneous_low", "From, all pairs (%)", rate),
    ("simultaneous_high", "To, all pairs (%)", rate),
    ("nll_difference", "NLL difference (nat)", None),
)


def comparison_table(comparison):
    columns = [one for one in COMPARISON if comparison.has(one[0])]
    values = [comparison.read(name, 1) for name, _, _ in columns]
    rows = []
    for i, pair in enumerate(comparison.read("pair", 1)):
        row = [words(pair)]
        for (_, _, cell), column in zip(columns, values):
            row.append(
                number(float(column[i]), 4)
                if cell is None
                else cell(int(column[i]) if cell is whole else float(column[i]))
            )
        rows.append(row)
    return Table(
        f"A − B on the same test points, level {text.level(comparison.find('level'))}",
        [Column("A − B", False)] + [Column(title) for _, title, _ in columns],
        rows,
    )


# Coverage of intervals for a mean loss


VERDICTS = {
    "keeps-its-level": ("keeps its level", "holds"),
    "below-its-level": ("below its level", "misses"),
    "guarantee-broken": ("guarantee broken", "misses"),
    "no-interval": ("no interval", "undecided"),
}


def loss_answer(results):
    nodes = results.children("loss_coverage")
    if not nodes:
        return []
    verdicts = [
        (node, method, verdict)
        for node in nodes
        if node.has("method", "verdict")
        for method, verdict in zip(node.read("method", 1), node.read("verdict", 1))
    ]
    below = [one for one in verdicts if one[2] == "below-its-level"]
    broken = [one for one in verdicts if one[2] == "guarantee-broken"]
    kept = sum(1 for one in verdicts if one[2] == "keeps-its-level")
    none = sum(1 for one in verdicts if one[2] == "no-interval")
    sentences = [
        f"In {text.counted(len(nodes), 'setting')} of losses, {text.counted(len(verdicts), 'interval')} were put to the"
        f" test: {text.count(kept)} keep their level, {text.count(len(below))} fall below it by more than chance,"
        f" {text.count(none)} cannot be given for lack of a known range, points or resamples."
    ]
    worst = worst_of(below)
    if worst:
        sentences.append(
            f"The worst is {worst[1]} on {worst[0].name}: it covers the true mean in {text.percent(worst[2])} of"
            f" samples instead of {text.level(worst[3])}."
        )
    sentences.append(
        f"{text.counted(len(broken), 'method')} with a proved guarantee broke it, which is a fault of brisk: please"
        " report it."
        if broken
        else "No method with a guarantee broke it."
    )
    return [" ".join(sentences)]


def worst_of(below):
    rows = []
    for node, method, _ in below:
        coverage = float(node.read("coverage", 1)[node.read("method", 1).index(method)])
        rows.append((coverage - node.find("level"), node.name, (node, method, coverage, node.find("level"))))
    return min(rows, key=lambda row: row[:2])[2] if rows else None


def loss_section(node, gallery):
    """One distribution and number of losses."""
    title = str(node.find("distribution", default=node.name))
    section = Section(
        f"{text.capital(title)}, {text.counted(node.find('points', default=0), 'loss', 'losses')}",
        id=f"loss-{node.name}",
        group="Losses",
    )
    section.add(
        Facts(
            [
                ("One loss", str(node.find("formula"))),
                ("True mean", text.significant(node.find("true_mean"), 10)),
                ("Range", "[0, 1], known" if node.find("range_known") else "unknown"),
                ("Trials", text.count(node.find("trials"))),
                ("Level", text.level(node.find("level"))),
            ]
        )
    )
    section.add(*gallery.take("loss", about=node.name))
    section.add(loss_table(node))
    section.add(*gallery.take(about=node.name))
    return section


def loss_table(node):
    names = [
        ("coverage", "Coverage (%)", rate),
        ("mean_width", "Mean width", None),
        ("miss_low", "Mean below (%)", rate),
        ("miss_high", "Mean above (%)", rate),
        ("undefined", "None (%)", rate),
    ]
    names = [one for one in names if node.has(one[0])]
    columns = (
        [Column("Method", False)]
        + [Column(title) for _, title, _ in names]
        + [Column("Guarantee", False), Column("Verdict", False)]
    )
    values = {name: node.read(name, 1) for name, _, _ in names}
    errors = node.read("standard_error", 1) if node.has("standard_error") else None
    classes = node.read("guarantee", 1) if node.has("guarantee") else None
    verdicts = node.read("verdict", 1) if node.has("verdict") else None
    rows = []
    for i, method in enumerate(node.read("method", 1)):
        verdict = verdicts[i] if verdicts else ""
        there = verdict != "no-interval"
        row = [words(method)]
        for name, _, cell in names:
            value = float(values[name][i]) if there or name == "undefined" else None
            row.append(number(value, 4) if cell is None else cell(value))
        if errors is not None and there:
            row[1].small = [f"± {text.fixed(100 * float(errors[i]), 2)}"]
        label, badge = VERDICTS.get(verdict, (verdict, ""))
        rows.append(
            row + [guarantee(classes[i] if classes else ""), Cell(label or text.MISSING, label or None, badge=badge)]
        )
    return Table(
        f"Coverage of the mean loss, {node.name}",
        columns,
        rows,
        (
            "±: Monte Carlo standard error. Mean below, above: on which side of the interval the true mean lies when it"
            " is missed. A method whose guarantee is asymptotic or none has promised nothing at this number of losses."
        ),
    )


# A file of `brisk interval`


def interval_answer(results):
    intervals = intervals_of(results)
    if not intervals:
        return []
    group = results.node("interval")
    strong = [interval for interval in intervals if interval.there and interval.guarantee in ("exact", "finite-sample")]
    said = (
        f"The {group.find('statistic', default='mean')} of"
        f" {text.counted(group.find('n', default=0), 'loss', 'losses')} is"
        f" {text.significant(intervals[0].estimate, 6)}."
    )
    if strong:
        narrow = min(strong, key=lambda interval: interval.high - interval.low)
        said += (
            f" The narrowest interval with a guarantee at this size is {narrow.method}:"
            f" [{text.significant(narrow.low, 5)}, {text.significant(narrow.high, 5)}] at level"
            f" {text.level(narrow.level)}."
        )
    return [said]


def interval_section(results, gallery):
    intervals = intervals_of(results)
    if not intervals:
        return None
    group = results.node("interval")
    section = Section("Intervals", id="intervals")
    facts = [
        (title, group.find(name))
        for name, title in (("source", "Source"), ("data", "Data"), ("statistic", "Statistic"), ("n", "Losses"))
    ]
    section.add(
        Facts(
            [
                (name, text.count(value) if text.is_number(value) else str(value))
                for name, value in facts
                if value is not None
            ]
        )
    )
    section.add(table(intervals, f"Intervals of level {levels(intervals)}", as_percent=False))
    section.add(*gallery.take())
    missing = [interval.method for interval in intervals if not interval.there]
    if missing:
        section.add(Note(f"No interval: {text.listing(missing)}. The reasons stand in the table.", "warning"))
    return section
