# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab and its parts in a report: the answer, all networks in one table, and a section for each network."""
from . import report_text as text
from .report_blocks import Cell, Column, Facts, Note, Paragraph, Section, Table, number, rate, slug, words
from .report_intervals import holding, intervals_of, levels, table, truth_of

QUESTION = "How far can you trust a measured test error?"


def trials_fact(network, name):
    """A fact of the trials: it stands on their values or, with --keep summary, on their group."""
    found = network.find(name, "trials/error_count")
    return network.find(name, "trials") if found is None else found


def trial_count(network):
    if network.has("trials/error_count"):
        return int(network.group["trials/error_count"].shape[0])
    return network.find("trials", "trials")


def network_title(node):
    """'500 tanh units', or the name of a group that does not say what it is."""
    hidden, activation = node.find("hidden"), node.find("activation")
    if hidden is None or activation is None:
        return node.name
    return text.counted(hidden, f"{ {'relu': 'ReLU'}.get(activation, activation)} unit")


# The answer


def measured(network):
    """How one network's test error was measured: (rate, errors, points) of its test set, or None."""
    found = network.find("error_rate", "test_set")
    if found is None:
        return None
    return found, network.find("error_count", "test_set"), network.find("test_size", "test_set")


def largest(networks):
    """The network that the answer speaks of: the one with the most hidden units, the first of equals."""
    return max(networks, key=lambda network: network.find("hidden") or 0)


def answer(results):
    """Two or three sentences with numbers of the file; [] where it has nothing to answer with."""
    networks = [network for network in results.networks.values() if measured(network)]
    if not networks:
        return training_answer(results)
    chosen = largest(networks)
    found, truth, intervals = measured(chosen), truth_of(chosen), intervals_of(chosen)
    which = "The network" if len(networks) == 1 else "The largest network"
    sentences = [
        f"{which} ({network_title(chosen)}) got {text.count(found[1])} of {text.counted(found[2], 'point')} wrong on"
        f" one fresh test set: a measured test error of {text.percent(found[0])}."
    ]
    if truth is not None:
        gap = found[0] - truth.value
        how = "proved to lie in" if truth.proved else "within"
        sentences.append(
            f"Its true error rate is {text.percent(truth.value, 4)} ({how} {text.enclosure(truth.low, truth.high)}), so"
            f" this test set makes the network look {'better' if gap < 0 else 'worse'} than it is by"
            f" {text.points(abs(gap))}."
        )
    mean, spread = trials_fact(chosen, "mean"), trials_fact(chosen, "sd")
    if mean is not None and spread is not None:
        sentences.append(
            f"On {text.counted(trial_count(chosen), 'fresh test set')} of that size the measured error averages"
            f" {text.percent(mean, 3)} and varies from set to set with a standard deviation of"
            f" {text.percent(spread, 3)}."
        )
    paragraphs = [" ".join(sentences)]
    if intervals:
        paragraphs.append(interval_answer(intervals, truth))
    return paragraphs


def interval_answer(intervals, truth):
    """Which intervals hold the truth, and whose promise counts."""
    said = f"Of the {text.words(len(intervals))} intervals of level {levels(intervals)} computed from that one test set"
    if len(intervals) == 1:
        said = f"The interval of level {levels(intervals)} computed from that one test set"
    strong = [i.method for i in intervals if i.guarantee in ("exact", "finite-sample") and i.there]
    if truth is None:
        said += ", all rest on the sample alone." if len(intervals) > 1 else " rests on the sample alone."
    elif len(intervals) == 1:
        said += f" {intervals[0].verdict(truth) or 'says nothing about'} the true error rate."
    else:
        holds, misses, _ = holding(intervals, truth)
        said += f", {text.words(len(holds))} {'holds' if len(holds) == 1 else 'hold'} the true error rate"
        said += f" ({text.listing(holds)})" if holds else ""
        said += f"; {text.listing(misses)} {'misses' if len(misses) == 1 else 'miss'} it." if misses else "."
    if strong:
        said += (
            f" Only {text.listing(strong)} {'promises' if len(strong) == 1 else 'promise'} anything for a test set of"
            " this size; the others hold in the limit of large test sets, or not even there."
            if len(strong) < len(intervals)
            else " All of them keep their promise at this size."
        )
    else:
        said += " None of them promises anything for a test set of this size."
    return said


def training_answer(results):
    """The same where there is training alone."""
    networks = [network for network in results.networks.values() if network.find("test_error") is not None]
    if not networks:
        return []
    chosen = largest(networks)
    size, epsilon = chosen.find("hoeffding_test_size"), chosen.find("hoeffding_epsilon")
    said = f"The network of {network_title(chosen)} has a test error of {text.percent(chosen.find('test_error'))}"
    said += f" on {text.counted(size, 'fresh point')}" if size else ""
    said += f" and a training error of {text.percent(chosen.find('train_error'))}"
    said += f": a generalisation gap of {text.points(chosen.find('generalization_gap'))}."
    if epsilon is not None:
        delta = chosen.find("hoeffding_delta")
        said += (
            f" By Hoeffding's inequality the test error is off by more than {text.points(epsilon, 2)} with a"
            f" probability below {text.percent(delta)}."
        )
    truth = truth_of(chosen)
    if truth is not None:
        said += f" The true error rate is {text.percent(truth.value, 4)}."
    return [said]


# All networks


def overview(results, gallery):
    """All networks in one table, with the figures that show them together."""
    networks = list(results.networks.values())
    if not networks:
        return None
    section = Section("All networks", id="networks")
    section.add(overview_table(networks), *bayes_note(results))
    section.add(*gallery.take("test_error", "loss", "convergence_trials"))
    return section


# Title, what it says, and the cell of a network; a column that is empty for all networks is left out.
OVERVIEW = (
    (Column("Training error (%)"), lambda n: rate(n.find("train_error"))),
    (
        Column("Test error (%)", help="on the test set whose size Hoeffding's inequality chooses"),
        lambda n: rate(n.find("test_error")),
    ),
    (Column("Gap (%)", help="test error minus training error"), lambda n: rate(n.find("generalization_gap"))),
    (
        Column("True risk (%)", help="probability of a wrong label at a fresh point"),
        lambda n: rate(n.find("true_risk"), 4),
    ),
    (
        Column("One test set (%)", help="error rate on the one test set that the intervals are computed from"),
        lambda n: rate(n.find("error_rate", "test_set")),
    ),
    (Column("Mean of trials (%)", help="over all fresh test sets"), lambda n: rate(trials_fact(n, "mean"), 3)),
    (Column("SD of trials (%)", help="from test set to test set"), lambda n: rate(trials_fact(n, "sd"), 3)),
    (Column("Intervals that hold", help="of all intervals, those that hold the true risk"), lambda n: held_cell(n)),
    (
        Column("Fit p-value", help="chi-square test of the drawn test sets against the exact distribution"),
        lambda n: p_value(n.find("p_value", "trials")),
    ),
    (Column("Final loss", help="training loss after the last step"), lambda n: number(n.find("final_loss"), 4, True)),
)


def p_value(p):
    """Three digits behind the point, as p-values are read."""
    return Cell(
        text.fixed(p, 3) if text.is_number(p) and p >= 0.001 else text.significant(p, 2),
        p if text.is_number(p) else None,
    )


def held_cell(network):
    intervals, truth = intervals_of(network), truth_of(network)
    if not intervals or truth is None:
        return Cell(text.MISSING)
    holds = len(holding(intervals, truth)[0])
    return Cell(f"{holds} of {len(intervals)}", holds)


def overview_table(networks):
    columns, rows = [Column("Network", False)], [[network_cell(network)] for network in networks]
    for column, cell in OVERVIEW:
        cells = [cell(network) for network in networks]
        if any(one.key is not None for one in cells):
            columns.append(column)
            for row, one in zip(rows, cells):
                row.append(one)
    notes = ["All networks see the same test sets and resamples, so differences between them are paired."]
    size = networks[0].find("hoeffding_test_size")
    if size is not None:
        notes.insert(0, f"Test error: on {text.counted(size, 'point')}.")
    if networks[0].find("test_size", "test_set") is not None and len(columns) > 4:
        notes.insert(
            -1, f"One test set, trials: {text.counted(networks[0].find('test_size', 'test_set'), 'point')} each."
        )
    return Table("The networks side by side", columns, rows, " ".join(notes))


def network_cell(network):
    return words(network_title(network), link=section_id(network), small=[network.name])


def section_id(network):
    return slug(f"network {network.name}")


def bayes_note(results):
    risk = results.find("bayes_risk", "network")
    if risk is None:
        return []
    low, high = results.find("bayes_risk_low", "network"), results.find("bayes_risk_high", "network")
    proved = f", proved to lie in {text.enclosure(low, high)}" if low is not None and high is not None else ""
    off = integration_error(results.find("bayes_risk_error", "network"))
    said = f"No classifier can do better than the Bayes risk of this problem: {text.percent(risk, 4)}{proved}{off}."
    return [Paragraph(said)]


# One network


def network_section(network, gallery):
    """All that the file says of one network."""
    section = Section(text.capital(network_title(network)), id=section_id(network), group="Networks")
    intervals, truth = intervals_of(network), truth_of(network)
    section.add(Paragraph(network_sentence(network, truth)))
    facts = [row for row in network_facts(network, truth) if row[1] != text.MISSING]
    section.add(Facts(facts) if facts else None)
    section.add(*gallery.take("decision", "trials", about=network.name))
    section.add(*goodness_of_fit(network))
    if intervals:
        size = network.find("test_size", "test_set") or network.find("test_points", "test_set")
        of = f" of {text.counted(size, 'point')}" if size else ""
        section.add(
            table(
                intervals,
                f"Intervals of level {levels(intervals)} for the error rate of {network.name}, from one test set{of}",
                truth,
                note=truth_note(truth),
            )
        )
    section.add(*withheld_note(intervals))
    section.add(*gallery.take(about=network.name))
    return section


def truth_note(truth):
    if truth is None:
        return "The true risk is not known, so whether an interval holds it cannot be said."
    how = f"proved to lie in {text.enclosure(truth.low, truth.high)}" if truth.proved else "by numerical integration"
    return f"True risk: {text.percent(truth.value, 4)} ({how})."


def withheld_note(intervals):
    missing = [interval.method for interval in intervals if not interval.there]
    if not missing:
        return []
    return [
        Note(
            (
                f"{text.capital(text.listing(missing))} {'gives' if len(missing) == 1 else 'give'} no interval for"
                " these data; the reason stands in the table."
            ),
            "warning",
        )
    ]


def network_sentence(network, truth):
    """A sentence on how the network does."""
    found = measured(network)
    if found and truth is not None:
        gap = found[0] - truth.value
        side = "below" if gap < 0 else "above"
        return (
            f"Measured on one fresh test set of {text.counted(found[2], 'point')}:"
            f" {text.percent(found[0])} ({text.counted(found[1], 'error')}). True error rate:"
            f" {text.percent(truth.value, 4)}. The measurement lies {text.points(abs(gap))} {side} the truth."
        )
    if found:
        return (
            f"Measured on one fresh test set of {text.counted(found[2], 'point')}:"
            f" {text.percent(found[0])} ({text.counted(found[1], 'error')})."
        )
    error = network.find("test_error")
    if error is not None:
        return f"Test error {text.percent(error)}, training error {text.percent(network.find('train_error'))}."
    return f"A network of {network_title(network)}."


def network_facts(network, truth):
    """Names and values."""
    loss = network.find("initial_loss"), network.find("final_loss")
    facts = [
        (
            "Training loss",
            (
                f"{text.significant(loss[0], 4)} → {text.significant(loss[1], 4)}{text.SPACE}nat"
                if None not in loss
                else text.MISSING
            ),
        ),
        ("Training error", text.percent(network.find("train_error"))),
        ("Test error", text.percent(network.find("test_error"))),
    ]
    size, epsilon = network.find("hoeffding_test_size"), network.find("hoeffding_epsilon")
    if size is not None and epsilon is not None:
        facts[-1] = (
            "Test error",
            (
                f"{text.percent(network.find('test_error'))} ± {text.points(epsilon)} ({text.count(size)} points; off"
                f" by more with probability below {text.percent(network.find('hoeffding_delta'))})"
            ),
        )
    facts.append(("Generalisation gap", text.points(network.find("generalization_gap"))))
    if truth is not None:
        how = ", proved to lie in" if truth.proved else " in"
        off = integration_error(truth.error)
        facts.append(
            ("True risk", f"{text.percent(truth.value, 4)}{how} {text.enclosure(truth.low, truth.high)}{off}")
        )
        classes = network.find("true_risk_negative"), network.find("true_risk_positive")
        if None not in classes:
            facts.append(("… of class −1, +1", ", ".join(text.percent(one, 4) for one in classes)))
    return facts + trial_facts(network)


def integration_error(error):
    """What stands behind a risk that was found by integration; '' where the file does not tell how well."""
    if not text.is_number(error):
        return ""
    return f"; by integration, with an estimated error of {text.scientific(100 * error, 2)}{text.SPACE}percentage points"


def trial_facts(network):
    facts, mean = [], trials_fact(network, "mean")
    if mean is not None and trial_count(network) is not None:
        error = trials_fact(network, "mcse")
        facts.append(
            (
                "Mean of the trials",
                f"{text.percent(mean, 4)}"
                + (f" ± {text.percent(error, 4)} (standard error)" if error is not None else "")
                + f", {text.counted(trial_count(network), 'test set')}",
            )
        )
        facts.append(("SD of the trials", text.percent(trials_fact(network, "sd"), 4)))
    centre, spread = network.find("mean", "bootstrap"), network.find("sd", "bootstrap")
    if centre is not None:
        facts.append(("Bootstrap", f"mean {text.percent(centre, 4)}, SD {text.percent(spread, 4)}"))
        distance = network.find("centre_distance_sd", "bootstrap")
        if text.is_number(distance):
            facts.append(
                (
                    "Bootstrap's centre",
                    (
                        f"{text.fixed(abs(distance), 2)} SD {'below' if distance < 0 else 'above'} the mean of the"
                        " trials: it is centred on the measured error, not on the true one"
                    ),
                )
            )
    return facts


def goodness_of_fit(network):
    """What the chi-square test of the trials says."""
    p = network.find("p_value", "trials")
    if p is None:
        return []
    verdict = "as chance would have it" if p >= 0.001 else "farther off than chance would have it"
    return [
        Paragraph(
            "The drawn test sets against the exact distribution of the number of errors: chi-square"
            f" {text.fixed(network.find('chi_square', 'trials'), 1)} with"
            f" {text.counted(network.find('degrees_of_freedom', 'trials'), 'degree')} of freedom, p ="
            f" {p_value(p).text}: {verdict}."
        )
    ]
