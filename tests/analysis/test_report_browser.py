# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in a real browser, headless Chromium: it asks for nothing, complains about nothing, fits a telephone, and
its buttons work.

Runs where BRISK_REPORT_PAGES names a folder with lab.html, fit.html, coverage-study.html and power-study.html
(tests/acceptance/report.sh makes them); the screenshots go there too.
"""
import base64
import json
import os
import pathlib
import re
import shutil

import pytest

FOLDER = os.environ.get("BRISK_REPORT_PAGES")
if not FOLDER:
    pytest.skip("BRISK_REPORT_PAGES is not set; tests/acceptance/report.sh runs these tests", allow_module_level=True)
webdriver = pytest.importorskip("selenium.webdriver")
CHROMIUM, DRIVER = shutil.which("chromium") or shutil.which("chromium-browser"), shutil.which("chromedriver")
if not CHROMIUM or not DRIVER:
    pytest.skip("needs chromium and chromedriver (Debian: chromium, chromium-driver)", allow_module_level=True)

from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

PAGES = ("lab", "fit", "coverage-study", "power-study")
SIZES = {"desktop": (1280, 900), "phone": (375, 812)}


@pytest.fixture(scope="module")
def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(service=Service(DRIVER), options=options)
    driver.set_page_load_timeout(120)
    driver.set_script_timeout(120)
    yield driver
    driver.quit()


def open_page(browser, name, size="desktop", theme="light", media=""):
    """Opens a page with the size and the theme that the reader's system has; forgets what was logged before."""
    width, height = SIZES[size]
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == "phone"},
    )
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"media": media, "features": [{"name": "prefers-color-scheme", "value": theme}]}
    )
    for kind in ("browser", "performance"):
        browser.get_log(kind)
    browser.get((pathlib.Path(FOLDER) / f"{name}.html").resolve().as_uri())
    browser.execute_script(
        "try { localStorage.clear(); } catch (error) {} delete document.documentElement.dataset.theme;"
    )


def picture(browser, name):
    """A screenshot of what is in view, into the folder of the pages."""
    code = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"]
    (pathlib.Path(FOLDER) / f"{name}.png").write_bytes(base64.b64decode(code))


def requests(browser):
    """Addresses that the browser asked for since the page was opened."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return [
        message["params"]["request"]["url"] for message in messages if message["method"] == "Network.requestWillBeSent"
    ]


def ground(browser):
    """How light the page's ground is, 0 to 255."""
    colour = browser.execute_script("return getComputedStyle(document.querySelector('main')).backgroundColor")
    return sum(map(int, re.findall(r"\d+", colour)[:3])) / 3


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_loads_nothing_says_nothing_and_fits(browser, name, size):
    open_page(browser, name, size)
    picture(browser, f"{name}-{size}-light")
    urls = [url for url in requests(browser) if not url.startswith("data:image/png")]
    assert len(urls) == 1 and urls[0].startswith("file:") and urls[0].endswith(f"{name}.html")
    assert browser.get_log("browser") == []
    inner, whole = browser.execute_script(
        "return [document.documentElement.clientWidth, document.documentElement.scrollWidth]"
    )
    assert whole <= inner, f"the page is {whole} wide in a window of {inner}"
    # What is wider than the window scrolls in a box of its own.
    wide = browser.execute_script(
        """
        return [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1
            && !e.closest('.scroll, pre, svg') && e.getClientRects().length).map(e => e.outerHTML.slice(0, 120));"""
    )
    assert wide == []
    # Nothing on a figure sticks out of it.
    cut = browser.execute_script(
        """
        return [...document.querySelectorAll('svg.drawing text')].filter(t => {
            const a = t.getBoundingClientRect(), b = t.ownerSVGElement.getBoundingClientRect();
            return a.width && (a.left < b.left - 6 || a.right > b.right + 6 || a.top < b.top - 6 || a.bottom > b.bottom + 6);
        }).map(t => t.ownerSVGElement.getAttribute('aria-labelledby') + ': ' + t.textContent);"""
    )
    assert cut == []


def test_the_policy_stops_what_is_not_ours(browser):
    """The same page with a script, an event and a picture put in: none of them does anything."""
    source = (pathlib.Path(FOLDER) / "power-study.html").read_text(encoding="utf-8")
    evil = (
        "<script>window.evil = 1</script><img src='file:///evil.png' onerror='window.evil = 2'><link rel='stylesheet'"
        " href='http://evil.example/x.css'>"
    )
    (pathlib.Path(FOLDER) / "evil.html").write_text(source.replace("<footer>", evil + "<footer>"), encoding="utf-8")
    open_page(browser, "evil")
    assert browser.execute_script("return window.evil") is None
    refused = " ".join(entry["message"] for entry in browser.get_log("browser"))
    assert "Content Security Policy" in refused
    os.unlink(pathlib.Path(FOLDER) / "evil.html")


@pytest.mark.parametrize("name", PAGES)
def test_dark(browser, name):
    """Dark where the system is dark, and the other way round by the button."""
    for theme, button in (("dark", "Light"), ("light", "Dark")):
        open_page(browser, name, theme=theme)
        toggle = browser.find_element(By.ID, "theme-button")
        assert (ground(browser) < 60) == (theme == "dark") and toggle.text == button
        if theme == "dark":
            picture(browser, f"{name}-desktop-dark")
        toggle.click()
        assert (ground(browser) < 60) == (theme == "light") and toggle.get_attribute("aria-pressed") == str(
            theme == "light"
        ).lower()
        browser.refresh()  # and it is remembered
        assert (ground(browser) < 60) == (theme == "light")


def contrast_script():
    return """
        function channel(v) { v /= 255; return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); }
        function light(c) { return 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]); }
        function parse(c) { return (c.match(/[0-9.]+/g) || []).map(Number); }
        function under(e) {
            for (; e; e = e.parentElement) {
                const c = parse(getComputedStyle(e).backgroundColor);
                if (c.length === 3 || c[3] > 0.99) { return c; }
            }
            return [255, 255, 255];
        }
        const found = new Map();
        for (const e of document.querySelectorAll('body *:not(svg):not(svg *):not(script)')) {
            if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !e.getClientRects().length) { continue; }
            const a = light(parse(getComputedStyle(e).color)), b = light(under(e));
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < 4.5) { found.set(e.tagName + '.' + e.className, ratio); }
        }
        return [...found.entries()];"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_contrast_of_all_texts(browser, theme):
    """At least 4.5 to 1 (WCAG 2.1, level AA) between a text and its ground."""
    open_page(browser, "lab", theme=theme)
    assert browser.execute_script(contrast_script()) == []


def test_contents_on_a_desktop(browser):
    open_page(browser, "lab")
    for link in browser.find_elements(By.CSS_SELECTOR, ".menu a"):
        target = link.get_attribute("href").rsplit("#")[1]
        link.click()
        top, rest = browser.execute_script(
            (
                "const r = document.getElementById(arguments[0]).getBoundingClientRect();"
                "return [r.top, document.documentElement.scrollHeight - innerHeight - scrollY];"
            ),
            target,
        )
        assert 0 <= top < 120 or rest < 2, target
    assert browser.find_element(By.CSS_SELECTOR, ".menu a[href='#answer']").is_displayed()
    assert not browser.find_element(By.ID, "menu-button").is_displayed()
    # The folded part is opened by its link.
    assert browser.execute_script(
        "return document.querySelector('#everything-in-the-file > details, #contents > details').open"
    )


def test_contents_on_a_phone(browser):
    open_page(browser, "lab", "phone")
    button, menu = browser.find_element(By.ID, "menu-button"), browser.find_element(By.ID, "contents-menu")
    assert button.is_displayed() and not menu.is_displayed()
    button.click()
    assert menu.is_displayed() and button.get_attribute("aria-expanded") == "true"
    picture(browser, "lab-phone-menu")
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
    assert not menu.is_displayed()
    button.click()
    menu.find_element(By.LINK_TEXT, "5 tanh units").click()
    assert not menu.is_displayed() and browser.current_url.endswith("#network-tanh-5")


def column(browser, table, index):
    """(sort keys, texts) of a column as they stand now."""
    return browser.execute_script(
        (
            "return [...document.querySelectorAll('table')[arguments[0]].tBodies[0].rows].map("
            "r => [r.cells[arguments[1]].dataset.key, r.cells[arguments[1]].innerText.trim()]);"
        ),
        table,
        index,
    )


def sorted_keys(keys, numeric, down):
    there = sorted((key for key in keys if key), key=float if numeric else str, reverse=down)
    return there + [key for key in keys if not key]


@pytest.mark.parametrize("name", ["lab", "fit"])
def test_tables_sort(browser, name):
    """Every column of every table, up and down, by mouse; the order is that of Python."""
    open_page(browser, name)
    tables = browser.execute_script(
        "return [...document.querySelectorAll('table')].map(t => [t.tHead.rows[0].cells.length,"
        " t.tBodies[0].rows.length]);"
    )
    seen = 0
    for table, (columns, rows) in list(enumerate(tables))[:6]:
        for index in range(columns if rows > 1 else 0):
            head = f"document.querySelectorAll('table')[{table}].tHead.rows[0].cells[{index}]"
            before = [key for key, _ in column(browser, table, index)]
            numeric = all(re.fullmatch(r"-?[0-9.e+-]+", key) for key in before if key)
            for order, down in (("ascending", False), ("descending", True)):
                browser.execute_script(f"{head}.querySelector('button').click()")
                assert browser.execute_script(f"return {head}.getAttribute('aria-sort')") == order
                now = [key for key, _ in column(browser, table, index)]
                assert now == sorted_keys(before, numeric, down), (table, index, order)
                assert (
                    browser.execute_script(
                        "return"
                        f" {head}.parentElement.querySelectorAll('[aria-sort=ascending],[aria-sort=descending]').length"
                    )
                    == 1
                )
                seen += 1
    assert seen > 40


def test_sorting_by_keyboard(browser):
    open_page(browser, "lab")
    button = browser.find_element(By.CSS_SELECTOR, "table th button")
    browser.execute_script("arguments[0].focus()", button)
    for key, order in ((Keys.ENTER, "ascending"), (Keys.SPACE, "descending")):
        button.send_keys(key)
        assert browser.execute_script("return arguments[0].parentElement.getAttribute('aria-sort')", button) == order
    assert browser.execute_script("return getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_without_scripts(browser):
    """The page reads without its script: the contents are there, and no button that does nothing."""
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get((pathlib.Path(FOLDER) / "lab.html").resolve().as_uri())
        assert browser.find_element(By.ID, "contents-menu").is_displayed()
        assert not browser.find_element(By.ID, "theme-button").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_print(browser):
    """On paper: light whatever the theme, without bar and contents."""
    open_page(browser, "lab", theme="dark", media="print")
    assert (
        ground(browser) > 250
        or browser.execute_script("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    )
    assert (
        not browser.find_element(By.CSS_SELECTOR, ".bar").is_displayed()
        and not browser.find_element(By.ID, "contents-menu").is_displayed()
    )
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    pdf = base64.b64decode(
        browser.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.69})["data"]
    )
    assert pdf.startswith(b"%PDF")
    (pathlib.Path(FOLDER) / "lab.pdf").write_bytes(pdf)
