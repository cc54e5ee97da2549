# SPDX-License-Identifier: GPL-3.0-or-later
"""The studies in a report: coverage of intervals, many trainings, power of tests."""
from . import report_text as text
from .report_blocks import Cell, Column, Facts, Note, Paragraph, Section, Table, number, rate, whole, words
from .report_intervals import guarantee
from .report_lab import integration_error, network_cell, network_title, section_id, truth_of

PROMISING = ("exact", "finite-sample")


# Coverage study


def coverage_networks(results):
    return [
        network
        for network in results.networks.values()
        if network.has("coverage/coverage", "coverage/level", "coverage/method")
    ]


class Coverage:
    """The table of one network: every column is [method, level]."""

    def __init__(self, network):
        self.network = network
        self.methods, self.levels = network.read("coverage/method", 1), network.read("coverage/level", 1)
        self.guarantee = (
            network.read("coverage/guarantee", 1) if network.has("coverage/guarantee") else [""] * len(self.methods)
        )
        self.columns = {}

    def at(self, name, method, level):
        """One number, or None."""
        if name not in self.columns:
            path = f"coverage/{name}"
            self.columns[name] = self.network.read(path, 2) if self.network.has(path) else None
        column = self.columns[name]
        value = None if column is None else float(column[method, level])
        return value if text.is_number(value) else None

    def best(self, method, level):
        """The exact coverage where there is one, else the simulated one."""
        exact = self.at("exact_coverage", method, level)
        return self.at("coverage", method, level) if exact is None else exact

    def short(self, level):
        """(methods whose coverage is below the level for certain, and the worst one's coverage)."""
        found = []
        for i, name in enumerate(self.methods):
            exact, error = self.at("exact_coverage", i, level), self.at("coverage_mcse", i, level) or 0
            room = 0 if exact is not None else 3 * error
            if (self.best(i, level) or 0) < self.levels[level] - room:
                found.append((self.best(i, level), name))
        return sorted(found)


def coverage_answer(results):
    networks = coverage_networks(results)
    if not networks:
        return []
    sentences = []
    network = networks[-1]
    table = Coverage(network)
    trials, size = network.find("trials", "coverage"), network.find("test_size", "coverage")
    which = "the network" if len(networks) == 1 else f"the network of {network_title(network)}"
    for l, level in enumerate(table.levels):
        short = table.short(l)
        said = (
            f"At level {text.level(float(level))}, {text.words(len(table.methods) - len(short))} of"
            f" {text.words(len(table.methods))} methods cover the true risk of"
            f" {which} ({text.percent(network.find('true_risk'), 4)}) in at least that share of test sets of"
            f" {text.counted(size, 'point')}"
        )
        said += (
            f"; {text.words(len(short))} {'does' if len(short) == 1 else 'do'} not, the worst being {short[0][1]} with"
            f" {text.percent(short[0][0])}."
            if short
            else "."
        )
        sentences.append(said)
    broken = [
        name
        for l in range(len(table.levels))
        for _, name in table.short(l)
        if table.guarantee[table.methods.index(name)] in PROMISING
    ]
    sentences.append(
        f"Counted over {text.counted(trials, 'fresh test set')} (short of the level means by more than three standard"
        " errors)"
        + (
            ", and summed exactly where an interval depends on the number of errors alone. "
            if network.has("coverage/exact_coverage")
            else ". "
        )
        + (
            f"{text.listing(sorted(set(broken)))} promised more than it kept."
            if broken
            else "No method with a guarantee fell short of it."
        )
    )
    return sentences


def coverage_overview(results, gallery):
    """What all networks have in common."""
    networks = coverage_networks(results)
    section = Section("All networks", id="networks")
    rows = []
    for network in networks:
        table, cells = Coverage(network), [
            network_cell(network),
            rate(network.find("true_risk"), 4),
            rate(network.find("mean", "coverage"), 4),
        ]
        for l in range(len(table.levels)):
            kept = len(table.methods) - len(table.short(l))
            cells.append(Cell(f"{kept} of {len(table.methods)}", kept))
        rows.append(cells)
    levels = Coverage(networks[0]).levels
    columns = [Column("Network", False), Column("True risk (%)"), Column("Mean error rate (%)")]
    columns += [Column(f"Methods that keep {text.level(float(level))}") for level in levels]
    if all(len(row) == len(columns) for row in rows):
        section.add(
            Table(
                "The networks side by side", columns, rows, "All networks, methods and levels see the same test sets."
            )
        )
    section.add(*gallery.take("loss", "convergence_trials"))
    return section


def coverage_section(network, gallery):
    """All methods and levels of one network."""
    table = Coverage(network)
    section = Section(text.capital(network_title(network)), id=section_id(network), group="Networks")
    section.add(Facts(coverage_facts(network)))
    section.add(*gallery.take("coverage", about=network.name))
    for l in range(len(table.levels)):
        section.add(coverage_table(table, l))
    section.add(
        Paragraph(
            "Simulated: share of the test sets whose interval holds the true risk, ± its Monte Carlo standard error."
            " Exact: summed over the distribution of the number of errors, where the interval depends on that number"
            " alone. Risk below, above: on which side of the interval the true risk lies when it is missed. None: no"
            " interval, which counts as a miss."
        )
    )
    section.add(*gallery.take(about=network.name))
    return section


def coverage_facts(network):
    truth = truth_of(network)
    facts = [
        (
            "Test sets",
            (
                f"{text.count(network.find('trials', 'coverage'))} of"
                f" {text.counted(network.find('test_size', 'coverage'), 'point')}"
            ),
        ),
        ("Mean error rate", text.percent(network.find("mean", "coverage"), 4)),
    ]
    error = network.find("mcse", "coverage")
    if error is not None:
        facts[-1] = (facts[-1][0], f"{facts[-1][1]} ± {text.percent(error, 4)} (standard error)")
    if truth is not None:
        facts.append(("True risk", text.percent(truth.value, 6) + integration_error(truth.error)))
    return facts


def coverage_table(table, l):
    level = float(table.levels[l])
    columns = [
        Column("Method", False),
        Column("Simulated (%)"),
        Column("Exact (%)"),
        Column("Risk below (%)"),
        Column("Risk above (%)"),
        Column("None (%)"),
        Column("Mean width (%)"),
        Column("Guarantee", False),
        Column("Verdict", False),
    ]
    rows = []
    for i, method in enumerate(table.methods):
        simulated = rate(table.at("coverage", i, l))
        error = table.at("coverage_mcse", i, l)
        if error is not None:
            simulated.small = [f"± {text.fixed(100 * error, 2)}"]
        rows.append(
            [words(method), simulated, rate(table.at("exact_coverage", i, l), 3)]
            + [rate(table.at(name, i, l)) for name in ("miss_low", "miss_high", "undefined", "mean_width")]
            + [guarantee(table.guarantee[i]), coverage_verdict(table, i, l)]
        )
    return Table(f"Coverage at level {text.level(level)}, {table.network.name}", columns, rows)


def coverage_verdict(table, i, l):
    """Whether the coverage is at least the level: certain where exact, beyond three standard errors where simulated."""
    level = float(table.levels[l])
    if (table.at("undecided", i, l) or 0) > 0:
        return Cell("undecided: an end at the true risk", "undecided", badge="undecided")
    if any(name == table.methods[i] for _, name in table.short(l)):
        return Cell("below its level", "below", badge="misses")
    if table.at("exact_coverage", i, l) is None and table.best(i, l) is not None and table.best(i, l) < level:
        return Cell("at its level, as far as the simulation tells", "at", badge="holds")
    return Cell("keeps its level", "keeps", badge="holds")


# Training study


def training_nodes(results):
    return results.children("training_study")


def training_study_answer(results):
    nodes = training_nodes(results)
    if not nodes:
        return []
    study = results.node("training_study")
    node = max(nodes, key=lambda one: one.find("hidden", default=0))
    sentences = [
        f"Trained {text.counted(node.find('trainings'), 'time')} anew, the network of {network_title(node)} has a mean"
        f" error of {text.percent(node.find('mean_error'))}"
        + (
            f" (level {text.level(study.find('level'))}: {text.percent(node.find('mean_error_low'))} to"
            f" {text.percent(node.find('mean_error_high'))})"
            if node.find("mean_error_low") is not None
            else ""
        )
        + "."
    ]
    share = node.find("training_share")
    if share is not None:
        sentences.append(
            "From training to training its true risk varies with a standard deviation of"
            f" {text.percent(node.find('sd_between'))}; one test set of"
            f" {text.counted(study.find('test_size'), 'point')} adds {text.percent(node.find('sd_within'))}. So"
            f" {text.percent(share, 0)} of the variance of one measured error is the training's luck."
        )
    holds = node.find("interval_holds_mean")
    if holds is not None:
        sentences.append(
            "The interval of one network on one test set, which speaks of that network alone, holds the mean of all"
            f" trainings in {text.percent(holds, 1)} of cases."
        )
    return [" ".join(sentences)]


TRAINING = (
    (Column("Mean error (%)"), lambda n: rate(n.find("mean_error"), 3)),
    (
        Column("From (%)", help="lower end of Student's interval of the mean error"),
        lambda n: rate(n.find("mean_error_low"), 3),
    ),
    (Column("To (%)", help="upper end"), lambda n: rate(n.find("mean_error_high"), 3)),
    (Column("Lowest (%)", help="of all trainings"), lambda n: rate(n.find("minimum", "test_error"), 3)),
    (Column("Highest (%)", help="of all trainings"), lambda n: rate(n.find("maximum", "test_error"), 3)),
    (
        Column("SD of trainings (%)", help="of the true risks of the trained networks"),
        lambda n: with_error(n.find("sd_between"), n.find("sd_between_se")),
    ),
    (Column("SD of one test set (%)", help="what measuring adds"), lambda n: rate(n.find("sd_within"), 3)),
    (
        Column("Training's share (%)", help="of the variance of one measured error"),
        lambda n: rate(n.find("training_share"), 1),
    ),
    (
        Column(
            "Half-width of one (%)",
            help="mean half-width of Clopper and Pearson's interval of one training on one test set",
        ),
        lambda n: rate(n.find("mean_half_width"), 3),
    ),
    (Column("SD / half-width"), lambda n: number(n.find("sd_between_per_half_width"), 3)),
    (
        Column(
            "Holds the mean (%)", help="share of those intervals that hold the mean error, which they never promised"
        ),
        lambda n: rate(n.find("interval_holds_mean"), 1),
    ),
)


def with_error(value, error):
    cell = rate(value, 3)
    if text.is_number(error):
        cell.small = [f"± {text.fixed(100 * error, 3)}"]
    return cell


def training_study_section(results, gallery):
    nodes = training_nodes(results)
    if not nodes:
        return None
    study = results.node("training_study")
    section = Section("Trainings and test sets", id="trainings")
    fresh = {
        "both": "training set and initial weights",
        "training-set": "the training set",
        "weights": "the initial weights",
    }
    section.add(
        Facts(
            [
                ("Trainings", text.count(nodes[0].find("trainings"))),
                ("Points of a training set", text.count(study.find("train_size"))),
                ("Epochs", text.count(study.find("epochs"))),
                ("Test sets a training", text.count(study.find("test_sets"))),
                ("Points of a test set", text.count(study.find("test_size"))),
                ("Drawn anew each time", fresh.get(study.find("fresh"), study.find("fresh") or text.MISSING)),
            ]
        )
    )
    rows = [[words(network_title(node), small=[node.name])] + [cell(node) for _, cell in TRAINING] for node in nodes]
    section.add(
        Table(
            "The algorithm's error, and what it is made of",
            [Column("Network", False)] + [column for column, _ in TRAINING],
            rows,
            "±: standard error. All networks share the points, so differences between them are paired by training.",
        )
    )
    section.add(*gallery.take("training"))
    return section


# Power study


def power_answer(results):
    if not results.has("power_study/truth"):
        return []
    study, truth = results.node("power_study"), results.node("power_study/truth")
    a, b, difference = study.find("network_a"), study.find("network_b"), truth.find("risk_difference")
    better, worse = (b, a) if difference > 0 else (a, b)
    error = truth.find("risk_difference_se")
    sentences = [
        f"{better} is better than {worse}: its risk is lower by {text.points(abs(difference), 3)} ±"
        f" {text.fixed(100 * error, 3)} (standard error), measured on {text.counted(truth.find('points'), 'point')}."
    ]
    if not abs(difference) > 4 * error:
        sentences = [
            f"Which of {a} and {b} is better is not settled: their risks differ by {text.points(abs(difference), 3)} ±"
            f" {text.fixed(100 * error, 3)} (standard error) on {text.counted(truth.find('points'), 'point')}."
        ]
    if study.has("power", "test_size", "test"):
        power, sizes, tests = study.read("power", 2), study.read("test_size", 1), study.read("test", 1)
        row, column = len(sizes) - 1, 0
        sentences.append(
            f"On a test set of {text.counted(int(sizes[0]), 'point')} {tests[column]} finds that in"
            f" {text.percent(float(power[0, column]), 1)} of cases"
            + (
                f", on {text.counted(int(sizes[row]), 'point')} in {text.percent(float(power[row, column]), 1)}."
                if row
                else "."
            )
        )
    planned, wanted = study.find("planned_size"), study.find("planned_power")
    if planned is not None:
        sentences.append(f"For a power of {text.level(wanted)} one needs {text.counted(planned, 'point')}.")
    elif study.find("plan_missing"):
        sentences.append(f"There is no plan for a power of {text.level(wanted)}: {study.find('plan_missing')}.")
    return [" ".join(sentences)]


def power_section(results, gallery):
    if not results.has("power_study/test_size", "power_study/test"):
        return None
    study = results.node("power_study")
    section = Section("Power of the tests", id="power")
    section.add(Facts(power_facts(study)))
    section.add(*gallery.take("power"))
    section.add(power_table(study))
    section.add(
        Paragraph(
            "Power: the better network is found. Wrong: the worse one is taken for the better. Size: a difference is"
            " found where a fair coin decides each point that exactly one network gets wrong, so that there is none. ±:"
            " standard error. Exact: by summation over all counts."
        )
    )
    if str(study.find("sampling", default="")).startswith("b"):
        section.add(
            Note(
                "The exact columns are those of independent points with random classes; with balanced sampling counts"
                " vary a little less."
            )
        )
    return section


def power_facts(study):
    truth = study.node("truth") if study.has("truth") else study
    facts = [
        ("Network A", f"{study.find('network_a')}, risk {text.percent(truth.find('risk_a'), 4)}"),
        ("Network B", f"{study.find('network_b')}, risk {text.percent(truth.find('risk_b'), 4)}"),
        (
            "Risk of A minus risk of B",
            f"{text.percent(truth.find('risk_difference'), 4)} ± {text.percent(truth.find('risk_difference_se'), 4)}",
        ),
        (
            "Only A wrong, only B wrong",
            (
                f"{text.percent(truth.find('share_only_a'), 4)}, {text.percent(truth.find('share_only_b'), 4)} of the"
                " points"
            ),
        ),
        ("Level", text.level(study.find("level"))),
    ]
    if study.find("planned_size") is not None:
        near = "" if study.find("planned_size_exact") else ", approximately"
        facts.append(
            (
                "Planned test set",
                (
                    f"{text.counted(study.find('planned_size'), 'point')} for a power of"
                    f" {text.level(study.find('planned_power'))} (power there"
                    f" {text.percent(study.find('planned_size_power'))}{near})"
                ),
            )
        )
    return facts


def power_table(study):
    sizes, tests = study.read("test_size", 1), study.read("test", 1)
    names = [name for name in ("power", "exact_power", "wrong", "size", "exact_size") if study.has(name)]
    titles = {
        "power": "Power (%)",
        "exact_power": "Exact power (%)",
        "wrong": "Wrong (%)",
        "size": "Size (%)",
        "exact_size": "Exact size (%)",
    }
    columns = [
        Column("Test", False),
        Column("Points"),
        Column("Points that differ", help="mean number of points that exactly one network gets wrong"),
    ]
    columns += [Column(titles[name]) for name in names]
    values = {name: study.read(name, 2) for name in names}
    errors = {name: study.read(f"{name}_se", 2) for name in names if study.has(f"{name}_se")}
    differ = study.read("discordant", 1) if study.has("discordant") else None
    rows = []
    for t, test in enumerate(tests):
        for s, size in enumerate(sizes):
            row = [words(test), whole(int(size)), number(None if differ is None else float(differ[s]), 4)]
            for name in names:
                cell = rate(float(values[name][s, t]))
                if name in errors and text.is_number(errors[name][s, t]):
                    cell.small = [f"± {text.fixed(100 * errors[name][s, t], 2)}"]
                row.append(cell)
            rows.append(row)
    return Table("Power and size of each test", columns, rows)
