/* SPDX-License-Identifier: GPL-3.0-or-later
 * Light and dark, the menu of narrow screens, the place in the contents, tables that sort. The page reads well without. */
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");

  function remembered() {
    try { return localStorage.getItem("brisk-theme"); } catch (error) { return null; }
  }

  function remember(theme) {
    try { localStorage.setItem("brisk-theme", theme); } catch (error) { /* a page may live without a memory */ }
  }

  function isDark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : dark.matches;
  }

  /* At once, before anything is painted. */
  if (remembered() === "dark" || remembered() === "light") {
    root.dataset.theme = remembered();
  }

  function themeButton() {
    var button = document.getElementById("theme-button");
    function show() {
      button.setAttribute("aria-pressed", String(isDark()));
      button.textContent = isDark() ? "Light" : "Dark";
      button.setAttribute("aria-label", isDark() ? "Show the page light" : "Show the page dark");
    }
    button.addEventListener("click", function () {
      root.dataset.theme = isDark() ? "light" : "dark";
      remember(root.dataset.theme);
      show();
    });
    if (dark.addEventListener) {
      dark.addEventListener("change", show);
    }
    button.hidden = false;
    show();
  }

  function menuButton() {
    var button = document.getElementById("menu-button");
    var menu = document.getElementById("contents-menu");
    function open(yes) {
      button.setAttribute("aria-expanded", String(yes));
      menu.classList.toggle("open", yes);
    }
    root.classList.add("scripted");
    button.hidden = false;
    button.addEventListener("click", function () {
      open(button.getAttribute("aria-expanded") !== "true");
    });
    menu.addEventListener("click", function (event) {
      if (event.target.closest("a")) {
        open(false);
      }
    });
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && button.getAttribute("aria-expanded") === "true") {
        open(false);
        button.focus();
      }
    });
  }

  /* Marks where the reader is. */
  function place() {
    var links = Array.prototype.slice.call(document.querySelectorAll(".menu a"));
    var targets = links.map(function (link) { return document.getElementById(link.getAttribute("href").slice(1)); });
    function mark() {
      var now = 0;
      targets.forEach(function (target, i) {
        if (target && target.getBoundingClientRect().top < 120) {
          now = i;
        }
      });
      if (window.innerHeight + window.scrollY >= document.body.scrollHeight - 2) {
        var last = targets.length - 1;
        if (targets[last] && targets[last].getBoundingClientRect().top < window.innerHeight) {
          now = last;
        }
      }
      links.forEach(function (link, i) {
        if (i === now) {
          link.setAttribute("aria-current", "true");
        } else {
          link.removeAttribute("aria-current");
        }
      });
    }
    var waiting = false;
    function soon() {
      if (!waiting) {
        waiting = true;
        window.requestAnimationFrame(function () { waiting = false; mark(); });
      }
    }
    window.addEventListener("scroll", soon, {passive: true});
    window.addEventListener("resize", soon);
    mark();
  }

  /* Cells without a value go last in both directions. */
  function compare(a, b, numeric, sign) {
    if (a === "" || b === "") {
      return (a === "") - (b === "");
    }
    if (numeric) {
      return sign * (Number(a) - Number(b));
    }
    return sign * (a < b ? -1 : a > b ? 1 : 0);
  }

  function sortBy(table, column, ascending) {
    var body = table.tBodies[0];
    var rows = Array.prototype.slice.call(body.rows);
    var keys = rows.map(function (row) { return row.cells[column].dataset.key; });
    var numeric = keys.every(function (key) { return key === "" || (key.trim() !== "" && isFinite(Number(key))); });
    var order = rows.map(function (_, i) { return i; });
    order.sort(function (i, j) { return compare(keys[i], keys[j], numeric, ascending ? 1 : -1) || i - j; });
    order.forEach(function (i) { body.appendChild(rows[i]); });
  }

  function sortable(table) {
    var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
    if (table.tBodies[0].rows.length < 2) {
      return;
    }
    heads.forEach(function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      while (head.firstChild) {
        button.appendChild(head.firstChild);
      }
      head.appendChild(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", function () {
        var ascending = head.getAttribute("aria-sort") !== "ascending";
        heads.forEach(function (other) { other.setAttribute("aria-sort", "none"); });
        head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
        sortBy(table, column, ascending);
      });
    });
  }

  /* A link into a closed part opens it; what is printed is open. */
  function foldedParts() {
    function reveal() {
      var target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (!target) {
        return;
      }
      var parts = target.querySelectorAll(":scope > details");
      Array.prototype.forEach.call(parts, function (part) { part.open = true; });
      for (var up = target.closest("details"); up; up = up.parentElement.closest("details")) {
        up.open = true;
      }
      target.scrollIntoView();
    }
    window.addEventListener("hashchange", reveal);
    reveal();
  }

  document.addEventListener("DOMContentLoaded", function () {
    themeButton();
    menuButton();
    Array.prototype.forEach.call(document.querySelectorAll("table.sortable"), sortable);
    foldedParts();
    place();
  });
})();
