# SPDX-License-Identifier: GPL-3.0-or-later
"""Part 1 of the lab and the gradient check of Part 2 in a report."""
from . import report_text as text
from .report_blocks import Cell, Column, Entries, Facts, Note, Paragraph, Section, Table, number, words


# The gradient check


def gradient_answer(results):
    """How near the gradients are to finite differences, at best over the steps."""
    sentences = []
    for node in results.gradient_checks():
        errors = node.read("error", 2)
        best = errors.min(axis=1).max()
        name = node.group.name.rsplit("/", 1)[1]
        sentences.append(
            f"In {name.replace('_', ', ')} the gradients of"
            f" {text.counted(node.find('hidden') or 0, 'hidden unit')} agree with symmetric finite differences to"
            f" {text.scientific(best, 2)} or better for every parameter, each at its best step."
        )
    if not sentences:
        return []
    return [
        " ".join(sentences)
        + " An error that falls by 100 when the step falls by 10 is the mark of a right gradient; where rounding "
        "takes over, it rises again."
    ]


def gradient_section(results, gallery):
    nodes = results.gradient_checks()
    if not nodes:
        return None
    section = Section("Gradient check", id="gradient-check", group="Foundations")
    section.add(
        Paragraph(
            "Each gradient is held against a symmetric finite difference along a random direction u of length 1: |(L(w"
            " + εu) − L(w − εu)) / 2ε − ∇L · u|. The error of the difference is of second order in ε, so it should fall"
            " by a factor of 100 for each factor of 10 in ε, until rounding takes over."
        )
    )
    section.add(*gallery.take("gradient_check"))
    for node in nodes:
        section.add(gradient_table(node))
        if node.find("weights_restored") == 0:
            section.add(Note(f"{node.group.name}: the weights afterwards are not those before the check.", "warning"))
    return section


def gradient_table(node):
    """A row a parameter, a column a step; below each error the order observed towards the next step."""
    parameters, steps, errors = node.read("parameter", 1), node.read("epsilon", 1), node.read("error", 2)
    orders = node.read("order", 2) if node.has("order") else None
    kinks = node.read("kinks", 2) if node.has("kinks") else None
    columns = [Column("Parameter", False)] + [Column(f"ε = {text.scientific(float(step), 1)}") for step in steps]
    rows = []
    for i, parameter in enumerate(parameters):
        row = [words(parameter)]
        for j in range(len(steps)):
            cell = Cell(text.scientific(float(errors[i, j])), float(errors[i, j]))
            if kinks is not None and kinks[i].any():
                cell.small = [text.counted(int(kinks[i, j]), "kink")]
            elif orders is not None and j < orders.shape[1]:
                cell.small = [f"order {text.fixed(float(orders[i, j]), 2)}"]
            row.append(cell)
        rows.append(row)
    name = node.group.name.rsplit("/", 1)[1].replace("_", ", ")
    note = (
        "Order: log₁₀ of the error divided by the error at the next smaller step; 2 where the formula's error rules,"
        " below 0 where rounding does."
    )
    if kinks is not None and kinks.any():
        note += (
            " Kinks: points of a hidden unit that cross the bend of ReLU between the two evaluations; no order is"
            " claimed there."
        )
    return Table(
        (
            f"Error of the finite difference, {name},"
            f" {text.counted(node.find('hidden') or 0, node.find('activation') + ' unit')}"
        ),
        columns,
        rows,
        note,
    )


# Tensor basics


def tensor_answer(results):
    if not results.has("tensor_basics"):
        return []
    values = [
        text.significant(results.find(name, "tensor_basics"), 6)
        for name in ("value_a", "value_y", "value_l", "dl_dy", "w_after_step")
    ]
    return [
        f"With the four scalars of the assignment a = {values[0]}, y = {values[1]} and l = {values[2]}; backpropagation"
        f" gives ∂l/∂y = {values[3]}, and one step of 0.1 against the gradient takes w to {values[4]}."
    ]


def tensor_section(results, gallery):
    if not results.has("tensor_basics"):
        return None
    section = Section("Tensors and gradients", id="tensor-basics", group="Foundations")
    section.add(
        Paragraph(
            "Four scalars and the expression l = (y − t)² + w² with y = max(a w, 0), a = x + b; what backward makes of"
            " it, and what it refuses."
        )
    )
    section.add(
        table(
            results,
            "tensor_basics/scalar",
            "The scalars",
            [("name", "Name"), ("value", "Value"), ("dtype_given", "Type as given"), ("dtype_f32", "Type afterwards")],
        )
    )
    section.add(facts(results))
    section.add(
        table(
            results,
            "tensor_basics/gradient",
            "Gradients of l",
            [
                ("leaf", "Leaf"),
                ("once", "After one backward"),
                ("twice", "After a second one (accumulated)"),
                ("after_reset", "After a reset and one more"),
            ],
        )
    )
    section.add(
        table(
            results,
            "tensor_basics/grad_fn",
            "What each result remembers of its making",
            [
                ("tensor", "Tensor"),
                ("operation", "Only w requires a gradient"),
                ("operation_all_leaves", "All leaves do"),
            ],
        )
    )
    section.add(*gallery.take("graph", "graph_all_leaves"))
    section.add(
        table(
            results,
            "tensor_basics/released_handles",
            "Gradient of (exp(w) − 5)² at w = 1",
            [("dtype", "Type"), ("gradient_kept", "Handles kept"), ("gradient_released", "Handles released")],
            digits=17,
        )
    )
    section.add(errors(results), questions(results))
    return section


def facts(results):
    names = (
        ("value_a", "a"),
        ("value_y", "y"),
        ("value_l", "l"),
        ("dl_dy", "∂l/∂y"),
        ("w_after_step", "w after a step of 0.1"),
    )
    rows = [(title, text.significant(results.find(name, "tensor_basics"), 6)) for name, title in names]
    rows = [row for row in rows if row[1] != text.MISSING]
    return Facts(rows) if rows else None


def table(results, group, caption, columns, digits=6):
    """Datasets of one group side by side."""
    columns = [(name, title) for name, title in columns if results.has(f"{group}/{name}")]
    if not columns:
        return None
    values = [results.read(f"{group}/{name}", 1) for name, _ in columns]
    rows = [
        [words(value) if isinstance(value, str) else number(float(value), digits) for value in row]
        for row in zip(*values)
    ]
    return Table(
        caption,
        [
            Column(title, not isinstance(value[0], str) if len(value) else False)
            for (_, title), value in zip(columns, values)
        ],
        rows,
    )


def errors(results):
    """What the library says to mistakes."""
    names = (
        ("integer_requires_grad_error", "An integer tensor that is asked to require a gradient"),
        ("second_backward_error", "A second backward without retain_graph"),
        ("step_in_grad_mode", "w = w − 0.1 ∂l/∂w in grad mode"),
        ("in_place_error", "Backward after y /= 2"),
    )
    rows = [
        (title, [results.find(name, "tensor_basics")]) for name, title in names if results.find(name, "tensor_basics")
    ]
    return Entries(rows) if rows else None


def questions(results):
    group = "tensor_basics/question"
    if not results.has(f"{group}/item", f"{group}/question", f"{group}/answer"):
        return None
    columns = (results.read(f"{group}/{name}", 1) for name in ("item", "question", "answer"))
    return Entries([(f"{item}  {question}", [answer]) for item, question, answer in zip(*columns)])
