
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const objects = [...document.querySelectorAll(".object")];
  const tools = $("tools"), search = $("search"), kind = $("kind"), environment = $("environment");
  const chips = [...document.querySelectorAll("[data-chip]")];
  const is_on = (button) => button.getAttribute("aria-pressed") === "true";
  const press = (button, on) => button.setAttribute("aria-pressed", String(on));
  tools.hidden = objects.length === 0;

  // ---- Filters
  const texts = new Map();
  const text_of = (object) => {
    if (!texts.has(object)) {
      const parts = [object.querySelector("summary"), object.querySelector(".fields")];
      texts.set(object, parts.map((part) => part.textContent).join(" ").toLowerCase());
    }
    return texts.get(object);
  };
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const pressed = chips.filter(is_on).map((chip) => chip.dataset.chip);
    const risky = pressed.includes("risky");
    const statuses = pressed.filter((name) => name !== "risky");
    const place = environment ? environment.value : "";
    let count = 0;
    for (const object of objects) {
      const { status, kind: own, environments } = object.dataset;
      const passes =
        (statuses.length === 0 || statuses.includes(status)) &&
        (!risky || "risky" in object.dataset) &&
        (kind.value === "" || own === kind.value) &&
        (place === "" || environments.split(" ").includes(place)) &&
        words.every((word) => text_of(object).includes(word));
      object.hidden = !passes;
      count += passes ? 1 : 0;
    }
    const all = objects.length;
    $("shown").textContent = count === all ? "" : `${count} of ${all}`;
    $("none").hidden = count > 0 || all === 0;
    fold_word();
  };
  let timer = 0;
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(filter, 80);
  });
  for (const select of [kind, environment]) if (select) select.addEventListener("change", filter);
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      press(chip, !is_on(chip));
      filter();
    });
  }

  // ---- Both sides
  const make = (tag, name, text) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  // What differs between two lines is between what both begin with and what both end with, in whole words.
  const bring_out = (cell, own, other) => {
    let start = 0, end = 0;
    const most = Math.min(own.length, other.length);
    while (start < most && own[start] === other[start]) start++;
    while (end < most - start && own[own.length - 1 - end] === other[other.length - 1 - end]) end++;
    while (start > 0 && /\w/.test(own[start - 1])) start--;
    while (end > 0 && /\w/.test(own[own.length - end])) end--;
    if (start + end === own.length || start + end <= own.length - own.trimStart().length) return;
    const words = own.slice(start, own.length - end);
    cell.replaceChildren(own.slice(0, start), make("mark", "", words), own.slice(own.length - end));
  };
  const row = (old, old_at, next, next_at) => {
    const same = old !== undefined && next !== undefined && old === next;
    const element = make("div", same ? "row same" : "row");
    const cell = (text, at, name) => {
      const made = make("div", text === undefined ? "empty" : same ? "" : name, text);
      if (text !== undefined) made.dataset.line = at;
      return made;
    };
    const left = cell(old, old_at, "old"), right = cell(next, next_at, "new");
    if (!same && old !== undefined && next !== undefined) {
      bring_out(left, old, next);
      bring_out(right, next, old);
    }
    element.append(left, right);
    return element;
  };
  const AROUND = 3, FEWEST_FOLDED = 3;
  const folded = (rows, is_first, is_last) => {
    const head = is_first ? 0 : AROUND, tail = is_last ? 0 : AROUND;
    const count = rows.length - head - tail;
    if (count < FEWEST_FOLDED) return rows;
    const middle = rows.slice(head, rows.length - tail);
    const more = make("button", "more", `⋯ ${count} lines`);
    more.addEventListener("click", () => more.replaceWith(...middle));
    return [...rows.slice(0, head), more, ...rows.slice(rows.length - tail)];
  };
  const draw = (object) => {
    if (object.querySelector(".both")) return;
    const lines = JSON.parse(object.querySelector("script").textContent);
    const both = make("div", "both");
    let at = 0, old_at = 0, next_at = 0;
    while (at < lines.length) {
      const start = at, same = [], old = [], next = [];
      for (; at < lines.length && lines[at][0] === " "; at++) {
        const text = lines[at].slice(1);
        same.push(row(text, ++old_at, text, ++next_at));
      }
      both.append(...folded(same, start === 0, at === lines.length));
      for (; at < lines.length && lines[at][0] !== " "; at++) {
        (lines[at][0] === "-" ? old : next).push(lines[at].slice(1));
      }
      for (let pair = 0; pair < Math.max(old.length, next.length); pair++) {
        const [left, right] = [old[pair], next[pair]];
        both.append(row(left, left === undefined ? 0 : ++old_at, right, right === undefined ? 0 : ++next_at));
      }
    }
    object.querySelector(".body").append(both);
  };
  const in_sides = () => document.body.classList.contains("sides");
  // Drawn when it comes into view, so that thousands may be open.
  const watch = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) if (isIntersecting && target.open && in_sides()) draw(target);
    },
    { rootMargin: "600px" },
  );
  for (const object of objects) {
    watch.observe(object);
    object.addEventListener("toggle", () => {
      if (object.open && in_sides()) draw(object);
    });
  }
  const view = (sides) => {
    document.body.classList.toggle("sides", sides);
    press($("view"), sides);
    for (const object of sides ? objects : []) {
      watch.unobserve(object);
      watch.observe(object);
    }
  };
  $("view").addEventListener("click", () => view(!in_sides()));

  // ---- All at once
  const visible = () => objects.filter((object) => !object.hidden);
  const fold_word = () => {
    $("fold").textContent = visible().some((object) => !object.open) ? "Open all" : "Close all";
  };
  $("fold").addEventListener("click", () => {
    const shown = visible();
    const open = shown.some((object) => !object.open);
    for (const object of shown) object.open = open;
    fold_word();
  });
  // Thousands may be opened at once.
  let is_asked = false;
  document.addEventListener("toggle", () => {
    if (is_asked) return;
    is_asked = true;
    requestAnimationFrame(() => {
      is_asked = false;
      fold_word();
    });
  }, true);

  // ---- Dark and light
  const root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)");
  const KEY = "kz-diff-theme";
  const remember = (theme) => {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Pages from files may have nothing to remember by.
    }
  };
  try {
    const theme = localStorage.getItem(KEY);
    if (theme) root.dataset.theme = theme;
  } catch {
    // As above.
  }
  $("theme").addEventListener("click", () => {
    const now = root.dataset.theme || (dark.matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    remember(root.dataset.theme);
  });

  // ---- Keys
  const step = (by) => {
    const shown = visible();
    if (shown.length === 0) return;
    const own = document.activeElement && document.activeElement.closest(".object");
    const at = own ? shown.indexOf(own) : by > 0 ? -1 : shown.length;
    const next = shown[Math.min(Math.max(at + by, 0), shown.length - 1)];
    next.querySelector("summary").focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  const help = $("help");
  $("keys").addEventListener("click", () => help.showModal());
  const risky = chips.find((chip) => chip.dataset.chip === "risky");
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    "/": () => search.focus(),
    r: () => risky && risky.click(),
    v: () => $("view").click(),
    e: () => $("fold").click(),
    t: () => $("theme").click(),
    "?": () => help.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (event.target === search) {
      if (event.key === "Escape") {
        search.value = "";
        filter();
        search.blur();
      } else if (event.key === "Enter") {
        search.blur();
        step(1);
      }
      return;
    }
    if (event.target.closest("select, input")) return;
    if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });
  const target = location.hash && $(location.hash.slice(1));
  if (target && target.matches(".object")) target.open = true;
  fold_word();
})();
