# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTML report: a page for the file of any experiment, every number from the file, nothing active in its texts."""
import os
import re
import shlex
import subprocess

import h5py
import numpy as np
import pytest
from report_page import Page, check

import brisk_analysis
from brisk_analysis import report, report_figures


def page_of(path):
    with brisk_analysis.open(path) as results:
        return Page(report.make_report(results))


@pytest.fixture
def quick(monkeypatch):
    """Reports without figures, for tests of the rest."""
    monkeypatch.setattr(report_figures, "all_figures", lambda results: [])


@pytest.fixture(scope="module")
def lab_page(lab):
    return page_of(lab)


@pytest.fixture(scope="module")
def interval_file(folder):
    """A file of `brisk interval`, whose losses have no known range."""
    losses = folder / "losses.csv"
    losses.write_text("loss\n" + "".join(f"{(7 * i % 11) / 4}\n" for i in range(40)))
    path = folder / "interval.h5"
    program = os.environ.get("BRISK") or pytest.skip("BRISK is not set")
    subprocess.run([program, "interval", str(losses), "-o", str(path)], check=True, stdout=subprocess.DEVNULL)
    return path


# Every experiment


def complete(page):
    """A sound file's page: sound, and with every part and figure."""
    check(page)
    assert (
        "could not be drawn" not in page.text
        and "cannot be shown" not in page.text
        and "cannot be answered" not in page.text
    )
    assert "This page lists what the file holds." not in page.text


def test_lab(lab, lab_page):
    complete(lab_page)
    with h5py.File(lab) as file:
        network = file["network/relu_5"]
        risk, found = network.attrs["true_risk"], network["test_set"].attrs["error_rate"]
        methods = list(network["interval/method"].asstr())
        promises = list(network["interval/promise"].asstr())
        digest = file.attrs["digest"]
    assert f"{100 * risk:.4f}" in lab_page.text and f"{100 * found:.2f} %" in lab_page.text
    for title in (
        "5 ReLU units",
        "3 tanh units",
        "All networks",
        "Gradient check",
        "Tensors and gradients",
        "Repeat it",
        "Where this comes from",
    ):
        assert title in lab_page.text
    tables = [table for table in lab_page.tables if table[0][0].startswith("Method")]
    assert len(tables) == 4
    for table in tables:
        assert [row[0].strip() for row in table[1:]] == methods
        for row, promise in zip(table[1:], promises):
            assert promise[1:] in row[-1]
    assert digest in lab_page.text and "brisk verify lab.h5" in lab_page.text
    assert len(lab_page.named("svg")) >= 4 * 2 + 4
    assert len(lab_page.source) < 3_000_000


@pytest.mark.parametrize("name", ["tensor-basics", "training", "test-error"])
def test_parts_of_the_lab(parts, name):
    complete(page_of(parts[name]))


@pytest.mark.parametrize(
    "name, words",
    [
        ("loss-coverage", ["keep their level", "No method with a guarantee broke it"]),
        ("pi", ["Estimate of pi: mean 3."]),
        ("coverage-study", ["methods cover the true risk", "Simulated (%)"]),
        ("training-study", ["has a mean error of", "Training's share (%)"]),
        ("power-study", ["tanh_2", "Exact power (%)"]),
        ("fit", ["Clopper", "Differences between networks", "the same file, held out at random"]),
    ],
)
def test_other_experiments(others, name, words):
    page = page_of(others[name])
    complete(page)
    for word in words:
        assert word in page.text
    assert "seed: 1" in page.text.replace("seed 1", "seed: 1")


def test_file_of_an_interval(interval_file):
    page = page_of(interval_file)
    complete(page)
    assert "of 40 losses" in page.text and "Status range-unknown" in page.text


def test_summary_mode(folder):
    from conftest import LAB, run_brisk

    path = run_brisk(folder, "summary-3.h5", [*LAB, "--keep", "summary", "--hidden", "3"])
    page = page_of(path)
    complete(page)
    assert "On 400 fresh test sets" in page.text


def test_stopping_rule(folder):
    from conftest import run_brisk

    page = page_of(
        run_brisk(folder, "stop.h5", ["pi", "--trials", "5000", "--stop-mcse", "0.01", "--progress", "none"])
    )
    complete(page)
    assert "mcse of pi at most 0.01: reached" in page.text


# The same file, the same page


def test_a_second_process_writes_the_same_bytes(lab, lab_page, command, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "17")
    monkeypatch.setenv("TZ", "Pacific/Apia")
    done = command("report", lab, "-o", tmp_path / "lab.html")
    assert done.returncode == 0 and done.stderr == "" and done.stdout == f"{tmp_path / 'lab.html'}\n"
    assert (tmp_path / "lab.html").read_text(encoding="utf-8") == lab_page.source
    assert [path.name for path in tmp_path.iterdir()] == ["lab.html"]


# Every number is the file's


def set_attribute(path, name, value):
    return lambda file: file[path].attrs.modify(name, value)


def set_value(path, index, value):
    def edit(file):
        file[path][index] = value

    return edit


@pytest.mark.parametrize(
    "edit, expected",
    [
        (set_attribute("network/tanh_5", "true_risk", 0.123456), "12.3456 %"),
        (set_attribute("network/tanh_5", "train_error", 0.4321), "43.21"),
        (set_attribute("network/tanh_5", "test_error", 0.3456), "34.56"),
        (set_attribute("network/tanh_5", "final_loss", 0.98765), "0.9877"),
        (set_attribute("network/tanh_5/test_set", "error_rate", 0.8765), "87.65 %"),
        (set_attribute("network/tanh_5/test_set", "error_count", np.uint64(8765)), "8765"),
        (set_attribute("network/tanh_5/trials/error_count", "mean", 0.054321), "5.4321 %"),
        (set_attribute("network/tanh_5/bootstrap", "sd", 0.022222), "2.2222 %"),
        (set_attribute("network/tanh_5/trials", "p_value", 0.2468), "0.247"),
        (set_attribute("network", "bayes_risk", 0.011119), "1.1119 %"),
        (set_attribute("tensor_basics", "value_l", 10.625), "10.625"),
        (set_attribute("run", "wall_s", 98.7), "98.7 s"),
        (set_attribute("/", "seed", np.uint64(18446744073709551615)), "18446744073709551615"),
        (set_value("network/tanh_5/interval/low", 0, 0.01357), "1.357"),
        (set_value("network/tanh_5/interval/high", 1, 0.97531), "97.531"),
        (set_value("network/tanh_5/interval/half_width", 2, 0.03579), "3.579"),
        (set_value("gradient_check/f64/error", (0, 0), 1.23e-4), "1.23 × 10⁻⁴"),
        (set_value("tensor_basics/gradient/once", 0, 38.5), "38.5"),
    ],
)
def test_a_changed_value_shows(changed, quick, edit, expected, lab):
    assert expected not in re.sub(r"\s", " ", page_of(changed(lambda file: None, "same.h5")).text)
    assert expected in re.sub(r"\s", " ", page_of(changed(edit)).text)


def test_a_changed_interval_changes_the_verdict(changed, quick):
    """An interval that is moved beside the truth is counted as a miss in the table, the overview and the answer."""

    def edit(file):
        for network in file["network"].values():
            network["interval/low"][0], network["interval/high"][0] = 0.9, 0.95

    page = page_of(changed(edit))
    tables = [table for table in page.tables if table[0][0].startswith("Method")]
    assert all("misses the risk is lower" in " ".join(row[4].split()) for table in tables for row in table[1:2])
    before = page_of(changed(lambda file: None, "same.h5"))
    overview = [[row[-3] for row in page_.tables[0][1:]] for page_ in (before, page)]
    assert all(int(new.split()[0]) == int(old.split()[0]) - 1 for old, new in zip(*overview)), overview
    assert re.search(r"hoeffding[^.]* miss(es)? it", page.text)


def test_a_withheld_interval_says_why(changed, quick):
    def edit(file):
        table = file["network/tanh_3/interval"]
        for name in ("low", "high", "half_width"):
            table[name][4] = np.nan
        table["status"][4], table["reason"][4] = "degenerate", "all errors are equal: use clopper-pearson"

    page = page_of(changed(edit))
    check(page)
    assert (
        "Status degenerate: all errors are equal: use clopper-pearson" in page.text
        and "bootstrap-bca gives no interval" in page.text.lower()
    )


def test_missing_numbers_are_dashes(changed, quick):
    def edit(file):
        for name in ("true_risk", "true_risk_low", "final_loss"):
            file["network/tanh_5"].attrs.modify(name, np.nan)
        file["network/tanh_5/bootstrap"].attrs.modify("sd", np.inf)
        file["network/tanh_5/loss"][3:8] = np.nan

    check(page_of(changed(edit)))


# Texts of the file are untrusted


EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&]]>{{ 7*7 }}\x1b[31m\u202e"


def test_texts_are_only_texts(changed, quick):
    def edit(file):
        file.attrs["rng"] = EVIL
        file.attrs[EVIL.replace("/", "_")] = EVIL
        file["network/tanh_3"].attrs["activation"] = EVIL
        file.move("network/tanh_5", "network/<script>alert(3)<\\script>")
        for name in ("promise", "reason", "status", "guarantee", "formula", "method"):
            file[f"network/relu_3/interval/{name}"][1] = EVIL
        file["tensor_basics/question/answer"][0] = EVIL
        del file["config/text"], file["run/command_line"]
        file["config/text"], file["run/command_line"] = (
            f"[options]\nhidden = {EVIL}\nevil = $(reboot); `reboot`\n",
            EVIL,
        )

    page = page_of(changed(edit, "<img src=x>.h5"))
    check(page)
    assert (
        page.text.count("<script>alert(1)</script>") >= 8
        and "{{ 7*7 }}" in page.text
        and "49" not in page.text.split("{{ 7*7 }}")[0][-3:]
    )
    assert "\x1b" not in page.source and "\u202e" not in page.source
    shown = [line for line in page.text.split("The run again")[1].split("This file against")[:1]][0]
    assert "--evil '$(reboot); `reboot`'" in shown


def test_drawings_are_swept():
    """What a graph's text or a foreign SVG could smuggle in goes; ids get the figure's name, colours are variables."""
    from brisk_analysis.report_svg import Palette, embed

    palette = Palette()
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 20"'
        ' onload="a()"><script>alert(1)</script><style>*{}</style><metadata/><foreignObject><b>x</b></foreignObject><set'
        ' attributeName="x"/><a xlink:href="javascript:alert(1)"><text id="t" onclick="b()">kept'
        ' &lt;i&gt;</text><script/></a><image xlink:href="http://example.org/x.png"/><image'
        ' xlink:href="file:///etc/passwd"/><image xlink:href="data:image/png;base64,AAAA"/><g id="c" style="fill:'
        ' #ff0000; background: url(http://example.org)" clip-path="url(#c)"><use xlink:href="#t"'
        ' fill="white"/></g><path d="M 1.23456 2.00001"/></svg>'
    )
    markup = str(embed(svg, "f", "a <title>", "words & more", palette))
    for word in (
        "alert",
        "onload",
        "onclick",
        "example",
        "passwd",
        "foreignObject",
        "<set",
        "<a",
        "<style",
        "metadata",
        "<b>",
    ):
        assert word not in markup, word
    assert '<text id="f-t">kept &lt;i&gt;</text>' in markup and 'xlink:href="data:image/png;base64,AAAA"' in markup
    assert 'clip-path="url(#f-c)"' in markup and 'xlink:href="#f-t"' in markup and 'd="M 1.23 2"' in markup
    assert "fill: var(--c-ff0000, #ff0000)" in markup and "fill: var(--c-ffffff, #ffffff)" in markup
    assert '<title id="f-title">a &lt;title&gt;</title>' in markup and palette.used == {"#ff0000", "#ffffff"}
    with pytest.raises(ValueError):
        embed('<svg xmlns="http://www.w3.org/2000/svg"/>', "f", "", "", palette)


def test_dark_colours():
    """Light and dark change places; the two directions of the colour space are inverse to each other."""
    from brisk_analysis.report_svg import darkened, from_oklab, to_oklab

    for colour in ([0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.2, 0.5, 0.9], [1.0, 0.0, 0.0]):
        assert from_oklab(*to_oklab(colour)) == pytest.approx(colour, abs=1e-4)
    assert to_oklab([1.0, 1.0, 1.0]) == pytest.approx([1, 0, 0], abs=1e-6)
    assert to_oklab([1.0, 0.0, 0.0]) == pytest.approx([0.627955, 0.224863, 0.125846], abs=1e-4)  # Ottosson's table
    assert darkened("#000000") > "#e0e0e0" and darkened("#dddddd") < "#555555" and darkened("#ffffff") == "var(--paper)"


# Damage, and files nobody knows


@pytest.mark.parametrize(
    "edit, words",
    [
        (lambda file: file["network/tanh_3"].pop("interval"), ["3 tanh units"]),
        (lambda file: file.pop("network"), ["Gradient check"]),
        (
            lambda file: (
                file["gradient_check/f64"].pop("error"),
                file["gradient_check/f64"].create_dataset("error", data=[1.0]),
            ),
            ["Gradient check"],
        ),
        (lambda file: file.pop("run"), ["Where this comes from", "--reproducible"]),
        (lambda file: file.pop("config"), ["brisk verify"]),
        (lambda file: file["network/tanh_3/interval"].pop("low"), ["3 tanh units"]),
        (
            lambda file: (
                file["network/tanh_3/interval"].pop("status"),
                file["network/tanh_3/interval"].create_dataset("status", data=["ok"]),
            ),
            ["3 tanh units"],
        ),
        (lambda file: file["network/tanh_5"].attrs.__setitem__("hidden", "many"), ["All networks"]),
        (lambda file: file.__setitem__("network/loop", file["network"]), ["Everything in the file"]),
        (lambda file: file.__setitem__("outside", h5py.ExternalLink("/etc/passwd", "/")), ["a link, not followed"]),
    ],
)
def test_damage_costs_a_part_only(changed, quick, edit, words):
    page = page_of(changed(edit))
    check(page)
    for word in [*words, "5 ReLU units"] if "network" not in words and "Gradient check" not in words else words:
        assert word in page.text, word


def test_a_figure_that_fails_leaves_a_note(changed):
    page = page_of(changed(lambda file: file["network/tanh_3/trials/histogram"].attrs.modify("levels", np.uint64(0))))
    check(page)
    assert "could not be drawn" in page.text and "Figure 5." in page.text


def test_an_experiment_that_nobody_knows(folder, quick):
    path = folder / "unknown.h5"
    with h5py.File(path, "w") as file:
        file.attrs.update(
            {
                "format": "brisk-results",
                "format_version": np.array([1, 0], "i4"),
                "complete": np.uint8(1),
                "experiment": "worst-loss",
                "seed": np.uint64(3),
            }
        )
        output = file.create_group("worst")
        output.attrs.update({"count": np.uint64(70), "mean": 0.125, "mcse": 0.002, "long_name": "largest loss"})
        output["quantile/probability"], output["quantile/value"] = [0.25, 0.75], [0.1, 0.2]
        file["some/thing"] = [1.5, np.nan, np.inf] * 20
        file["some/words"] = ["a", "b"]
        file["some/empty"] = h5py.Empty("f8")
        file["some"].attrs["odd"] = [1.0, np.nan]
    page = page_of(path)
    check(page)
    assert "Largest loss: mean 0.125 ± 0.002 (Monte Carlo standard error), over 70 trials." in page.text
    assert "40 without a value" in page.text and "a, b" in page.text


# How to repeat it


def test_the_command_of_the_page_makes_the_same_results(lab, lab_page, tmp_path):
    line = re.search(r"<code>(brisk run lab .*?)</code>", lab_page.source, re.S).group(1)
    words = shlex.split(line.replace("&#39;", "'"))
    assert words[0] == "brisk"
    subprocess.run(
        [os.environ["BRISK"], *words[1:]],
        check=True,
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with h5py.File(lab) as before, h5py.File(tmp_path / "again.h5") as after:
        assert before.attrs["digest"] == after.attrs["digest"]


# The command


def test_wrong_use(lab, command, tmp_path):
    done = command("report", tmp_path / "missing.h5", "-o", tmp_path / "x.html")
    assert done.returncode == 3 and "no such file" in done.stderr
    done = command("report", lab, "-o", tmp_path / "no" / "x.html")
    assert done.returncode == 3 and "cannot be written" in done.stderr and "Traceback" not in done.stderr
    assert command("report").returncode == 2
    assert not list(tmp_path.iterdir())


# Values as text


def test_values_as_text():
    from brisk_analysis import report_text as text

    assert (
        text.percent(0.037) == "3.70\u00a0%" and text.percent(float("nan")) == "–" and text.fixed(-0.0004, 2) == "0.00"
    )
    assert (
        text.fixed(-12345.678, 1) == "−12\u202f345.7"
        and text.count(26492) == "26\u202f492"
        and text.count(1000) == "1000"
    )
    assert text.significant(0.000123456, 3) == "0.000123" and text.significant(1.5e-9, 3) == "1.5\u00a0×\u00a010⁻⁹"
    assert (
        text.significant(2.0) == "2"
        and text.significant(float("inf")) == "–"
        and text.scientific(1.26e-4, 2) == "1.3\u00a0×\u00a010⁻⁴"
    )
    assert (
        text.level(0.999) == "99.9\u00a0%" and text.listing(["a", "b", "c"]) == "a, b and c" and text.listing([]) == ""
    )
    # Ends are rounded outwards, with digits enough to tell them apart.
    assert (
        text.enclosure(0.02279232, 0.02279268) == "[2.27923, 2.27927]\u00a0%"
        and text.enclosure(0.25, 0.5) == "[25.00, 50.00]\u00a0%"
    )
