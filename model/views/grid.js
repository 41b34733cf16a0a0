// Draws the grid of assumptions and sends what is typed. Python keeps every value and judges it;
// whatever is shown is set as text, since labels and names come from files that anybody may write.

let views = 0;

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter(Boolean));
  return element;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function render({ model, el }) {
  const table = model.get("table");
  const prefix = `fm-grid-${++views}`;
  const send = (message) => model.send(message);
  const rows = new Map();
  // One move of a slider is under way at a time; the last of those that came meanwhile follows.
  let moving = false;
  let nextMove = null;

  // ---- Cells

  function cellKey(path, time) { return `${path}|${time}`; }

  function makeInput(row, cell) {
    const label = [row.label, cell.label, row.unit].filter(Boolean).join(", ");
    const about = { "aria-label": label, "data-cell": cellKey(row.path, cell.time) };
    let input;
    if (row.options) {
      input = make("select", about, ...row.options.map(
        ([value, text]) => make("option", { value, text })));
      input.addEventListener("change", () => type(row, input));
    } else {
      input = make("input", { ...about, type: "text", inputmode: "decimal", autocomplete: "off",
                              spellcheck: "false" });
      input.addEventListener("input", () => { input.dirty = true; });
      input.addEventListener("focus", () => {
        if (!input.dirty && !input.cell.refused) input.value = input.cell.full;
        input.select();
      });
      input.addEventListener("blur", () => { commit(row, input); show(input); });
      input.addEventListener("keydown", (event) => keyed(event, row, input));
      input.addEventListener("paste", (event) => spread(event, row, input));
    }
    return input;
  }

  function type(row, input) {
    send({ do: "type", path: row.path, time: input.cell.time, text: input.value });
  }

  function commit(row, input) {
    if (!input.dirty) return;
    input.dirty = false;
    const { cell } = input;
    const now = cell.refused ? [cell.text] : [cell.text, cell.full];
    if (!now.includes(input.value.trim())) type(row, input);
  }

  function show(input) {
    if (input.dirty) return;
    const focused = document.activeElement === input;
    const value = focused && !input.cell.refused ? input.cell.full : input.cell.text;
    if (input.value !== value) input.value = value;
  }

  function keyed(event, row, input) {
    const { key } = event;
    if ((event.ctrlKey || event.metaKey) && !event.altKey) {
      const letter = key.toLowerCase();
      if (letter !== "z" && letter !== "y") return;
      if (input.dirty && letter === "z" && !event.shiftKey) return;  // the text's own undo
      event.preventDefault();
      event.stopPropagation();
      send({ do: letter === "y" || event.shiftKey ? "redo" : "undo" });
      return;
    }
    const start = input.selectionStart === 0 && (input.selectionEnd === 0
      || input.selectionEnd === input.value.length);
    const end = input.selectionEnd === input.value.length && (input.selectionStart === 0
      || input.selectionStart === input.value.length);
    if (key === "Enter") move(event, row, input, event.shiftKey ? -1 : 1, 0);
    else if (key === "ArrowDown") move(event, row, input, 1, 0);
    else if (key === "ArrowUp") move(event, row, input, -1, 0);
    else if (key === "ArrowRight" && end) move(event, row, input, 0, 1);
    else if (key === "ArrowLeft" && start) move(event, row, input, 0, -1);
    else if (key === "Escape") {
      event.preventDefault();
      if (!input.dirty && input.cell.refused) {
        send({ do: "take_back", path: row.path, time: input.cell.time });
      }
      input.dirty = false;
      show(input);
      input.select();
    }
  }

  function fields(view) {
    return view.tr.hidden ? [] : [...view.tr.querySelectorAll("[data-cell]")];
  }

  // Rows and blocks of a spreadsheet spread over the cells from this one on, all or none.
  function spread(event, row, input) {
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    if (!/[\t\n]/.test(text)) return;
    event.preventDefault();
    const block = text.split("\n").map((line) => line.split("\t"));
    const shown = [...rows.values()].filter((view) => fields(view).length);
    const below = shown.slice(shown.findIndex((view) => view.row === row));
    const first = fields(below[0]).indexOf(input), cells = [];
    let beyond = "";
    if (first < 0) beyond = "paste one value at a time into a month or a season.";
    else if (block.length > below.length) {
      beyond = `${block.length} rows do not fit: only ${below.length} are shown from here on.`;
    }
    block.forEach((line, down) => {
      if (beyond) return;
      const there = fields(below[down]).slice(first);
      if (line.length > there.length) {
        beyond = `${line.length} values side by side do not fit: ${below[down].row.label} has ` +
          `${there.length === 1 ? "one cell" : `${there.length} cells`} from here on` +
          `${below[down].now.form === "constant" && below[down].row.splits ? "; give it by year first" : ""}.`;
      }
      else line.forEach((part, right) => {
        cells.push([below[down].row.path, there[right].cell.time, part.trim()]);
      });
    });
    input.dirty = false;
    show(input);
    send({ do: "paste", cells: beyond ? [] : cells, beyond });
  }

  function move(event, row, input, down, right) {
    event.preventDefault();
    const shown = [...rows.values()].filter((view) => fields(view).length);
    const at = shown.findIndex((view) => view.row === row);
    const own = fields(shown[at]);
    const column = Math.max(0, own.indexOf(input));
    if (right) {
      if (own.includes(input) && own[column + right]) own[column + right].focus();
      return;
    }
    const next = shown[at + down];
    commit(row, input);
    if (next) {
      const there = fields(next);
      there[Math.min(column, there.length - 1)].focus();
    } else {
      show(input);
      input.select();
    }
  }

  // ---- Rows

  function makeRow(row) {
    const view = { row, inputs: new Map(), shape: "" };
    const about = `${prefix}-about-${row.path}`;
    view.toggle = make("button", {
      type: "button", class: "fm-plain", "aria-expanded": "false", "aria-controls": about,
      "aria-label": `Source of ${row.label}`, text: "Source",
      onclick: () => {
        view.aboutRow.hidden = !view.aboutRow.hidden;
        view.toggle.setAttribute("aria-expanded", String(!view.aboutRow.hidden));
      },
    });
    view.mark = make("span", { class: "fm-mark" });
    view.note = make("span", { class: "fm-unit" });
    const name = make("th", { scope: "row" },
                      make("span", { class: "fm-name" }, view.mark,
                           make("span", { text: row.label })),
                      make("span", { class: "fm-unit", text: row.unit }), view.note);
    if (row.months) name.append(makeMonths(view));
    if (row.lever) name.append(makeSlider(view));
    view.tr = make("tr", { "data-path": row.path }, name);
    view.end = make("td", { class: "fm-end" },
                    make("span", { class: `fm-confidence fm-${row.confidence}`,
                                   text: row.confidence }), view.toggle);
    view.reasons = make("div", { role: "alert" });
    view.reasonsRow = make("tr", { class: "fm-reasons", hidden: true },
                           make("td", { colspan: table.years.length + 2 }, view.reasons));
    view.reasons.id = `${prefix}-why-${row.path}`;
    view.more = make("td", { class: "fm-line", colspan: table.years.length + 2 });
    view.moreRow = make("tr", { class: "fm-months", hidden: true }, view.more);
    view.aboutRow = make("tr", { class: "fm-about", id: about, hidden: true },
      make("td", { colspan: table.years.length + 2 },
           make("dl", {}, ...row.about.flatMap(([term, text]) => [
             make("dt", { text: term }), make("dd", { text })]))));
    rows.set(row.path, view);
    return view;
  }

  function makeMonths(view) {
    return make("button", { type: "button", class: "fm-plain", text: "by month",
      "aria-label": `Months and season of ${view.row.label}`,
      onclick: () => {
        view.asked = !view.asked;
        filter();
        if (view.asked) view.more.querySelector("button, select").focus();
      } });
  }

  function makeSlider(view) {
    const { lever, label, path } = view.row;
    view.slider = make("input", { type: "range", min: lever.low, max: lever.high,
                                  step: lever.step, "aria-label": `Move ${label}, ${lever.unit}` });
    view.readout = make("span", { class: "fm-readout" });
    view.slider.addEventListener("input", () => slide(path, view.slider, false));
    view.slider.addEventListener("change", () => slide(path, view.slider, true));
    return make("span", { class: "fm-slider" }, view.slider, view.readout);
  }

  function slide(path, slider, done) {
    const message = { do: "slide", path, value: Number(slider.value), done };
    if (moving) nextMove = message;
    else { moving = true; send(message); }
  }

  function build(view, now) {
    const { row } = view;
    view.inputs.clear();
    while (view.tr.children.length > 1) view.tr.lastChild.remove();
    const every = now.cells.map((cell) => {
      const part = { input: makeInput(row, cell), beside: make("span", { class: "fm-beside" }),
                     reset: make("button", { type: "button", class: "fm-plain fm-reset",
                                             text: "↺" }) };
      part.input.cell = cell;
      part.reset.addEventListener("click", () => {
        send({ do: "reset", path: row.path, time: part.input.cell.time });
        part.input.focus();
      });
      view.inputs.set(cell.time, part);
      part.box = make("span", { class: "fm-cell" },
        beside(now, cell) || now.form === "month"
          ? make("span", { class: "fm-when", text: cell.label }) : null,
        make("span", { class: "fm-field" }, part.input, part.reset), part.beside);
      return part;
    });
    const parts = every.filter(({ input }) => !beside(now, input.cell));
    if (row.months) {
      view.more.replaceChildren(
        ...every.filter((part) => !parts.includes(part)).map((part) => part.box), makeDate(row));
    }
    if (now.form === "year") {
      parts.forEach((part) => view.tr.append(make("td", { class: "fm-year" }, part.box)));
    } else {
      const line = make("td", { class: "fm-line", colspan: table.years.length },
                        ...parts.map((part) => part.box));
      if (now.form === "constant") {
        line.append(make("span", { class: "fm-holds", text: row.holds }));
      }
      if (now.form === "constant" && row.splits) {
        line.append(make("button", { type: "button", class: "fm-plain", text: "give it by year",
          "aria-label": `Give ${row.label} values by year`,
          onclick: () => send({ do: "split", path: row.path }) }));
      }
      if (now.form === "month") line.append(makeDate(row));
      view.tr.append(line);
    }
    view.tr.append(view.end);
  }

  // Single months of a level, and its season, stand below the row of its years.
  function beside(now, cell) {
    return now.form !== "month" && !/^([0-9]{4})?$/.test(cell.time);
  }

  function makeDate(row) {
    const month = make("select", { "aria-label": `Month of a further amount, ${row.label}` },
      row.months ? make("option", { value: "season", text: "Season" }) : null,
      ...table.months.map(([value, text]) => make("option", { value, text })));
    const amount = make("input", { type: "text", inputmode: "decimal", placeholder: "amount",
                                   autocomplete: "off",
                                   "aria-label": `Further amount, ${row.label}, ${row.unit}` });
    const add = () => {
      if (!amount.value.trim()) return;
      send({ do: "type", path: row.path, time: month.value, text: amount.value });
      amount.value = "";
    };
    amount.addEventListener("keydown", (event) => { if (event.key === "Enter") add(); });
    const parts = make("span", { class: "fm-date", hidden: true }, month, amount,
      make("button", { type: "button", class: "fm-plain", text: "add",
                       "aria-label": `Add an amount to ${row.label}`, onclick: add }));
    const more = make("button", { type: "button", class: "fm-plain fm-more", text: "another month",
      "aria-label": `Another month for ${row.label}`,
      onclick: () => { more.hidden = true; parts.hidden = false; month.focus(); } });
    return make("span", { class: "fm-further" }, more, parts);
  }

  function update(view, now) {
    const shape = `${now.form} ${now.cells.map((cell) => cell.time)}`;
    if (shape !== view.shape) {
      const held = document.activeElement;
      const key = view.tr.contains(held) || view.more.contains(held)
        ? held.getAttribute("data-cell") : null;
      build(view, now);
      view.shape = shape;
      if (view.tr.isConnected && key !== null) {
        const again = [...view.inputs.values()].map(({ input }) => input).find(
          (input) => input.getAttribute("data-cell") === key);
        if (again) again.focus();
      }
    }
    now.cells.forEach((cell) => {
      const part = view.inputs.get(cell.time);
      const bad = cell.refused;
      part.input.cell = cell;
      show(part.input);
      part.input.classList.toggle("fm-bad", bad);
      if (bad) {
        part.input.setAttribute("aria-invalid", "true");
        part.input.setAttribute("aria-describedby", view.reasons.id);
      } else {
        part.input.removeAttribute("aria-invalid");
        part.input.removeAttribute("aria-describedby");
      }
      part.box.classList.toggle("fm-differs", cell.differs);
      part.box.classList.toggle("fm-edited", cell.edited);
      part.box.classList.toggle("fm-filled", cell.filled);
      setText(part.beside, cell.beside);
      part.reset.hidden = !cell.reset;
      part.reset.setAttribute("aria-label", cell.reset);
      part.reset.title = cell.reset;
    });
    setText(view.mark, now.mark);
    view.tr.classList.toggle("fm-touched", now.mark !== "");
    setText(view.note, now.note);
    if (view.slider && now.lever) {
      if (document.activeElement !== view.slider || !moving) view.slider.value = now.lever.value;
      setText(view.readout, now.lever.text);
      view.slider.setAttribute("aria-valuetext", now.lever.text);
    }
    const said = now.reasons.map((text) => [text, true]).concat(
      now.odd ? [[now.odd, false]] : []);
    const key = JSON.stringify(said);
    if (view.said !== key) {
      view.said = key;
      view.reasons.replaceChildren(...said.map(([text, bad]) => make("p", {
        class: bad ? "fm-reason" : "fm-odd", text: bad ? text : `Alert: ${text}` })));
    }
    view.saidAny = said.length > 0;
    view.moreAny = now.cells.some((cell) => beside(now, cell));
    view.now = now;
  }

  // ---- The whole

  const section = make("select", { onchange: () => filter() }, ...table.sections.map(
    ({ name, label }) => make("option", { value: name, text: label })));
  const search = make("input", { type: "search", placeholder: "name or source",
    oninput: () => { if (search.value && section.value === "levers") section.value = "";
                     filter(); } });
  const only = make("input", { type: "checkbox", onchange: () => {
    if (only.checked && section.value === "levers") section.value = "";
    filter(); } });
  const count = make("span", { class: "fm-count", role: "status" });
  const undo = make("button", { type: "button", text: "Undo", onclick: () => send({ do: "undo" }) });
  const redo = make("button", { type: "button", text: "Redo", onclick: () => send({ do: "redo" }) });
  const restore = make("button", { type: "button", text: "Set all back",
                                   onclick: () => send({ do: "reset_all" }) });
  const toolbar = make("div", { class: "fm-bar" },
    make("label", {}, make("span", { text: "Section" }), section),
    make("label", {}, make("span", { text: "Search" }), search),
    make("label", { class: "fm-check" }, only, make("span", { text: "Only what differs" })),
    make("span", { class: "fm-buttons" }, undo, redo, restore));

  const message = make("p", { class: "fm-said" });
  const stale = make("p", { class: "fm-reason", role: "alert" });
  const pasting = make("div", { role: "alert" });
  const tiles = make("dl", { class: "fm-figures" });
  const picture = make("img", { alt: "" });
  const reading = make("p", { class: "fm-reading-line" });
  const checks = make("p", { class: "fm-checks", role: "status" });
  const results = make("div", { class: "fm-results" },
    make("div", { class: "fm-paper" }, message,
         make("div", { class: "fm-drawn" }, picture, make("div", {}, reading, checks))));
  const body = make("tbody", {});
  const heads = make("tr", {}, make("th", { scope: "col", text: "Assumption" }),
    ...table.years.map((year) => make("th", { scope: "col", class: "fm-number", text: year })),
    make("th", { scope: "col", text: table.confidence }));
  const none = make("p", { class: "fm-none", text: "No assumption fits.", hidden: true });
  const grid = make("div", { class: "fm-scroll-x" }, make("table", {},
    make("caption", { text: table.caption }), make("thead", {}, heads), body), none);

  const form = {};
  function makeField(name, label, hint) {
    form[name] = make("input", { type: "text", autocomplete: "off", spellcheck: String(name !== "name"),
                                 "aria-describedby": `${prefix}-${name}-hint` });
    form[name].addEventListener("keydown", (event) => { if (event.key === "Enter") save(false, false); });
    form[name].addEventListener("input", () => { ask.hidden = true; });
    return make("label", { class: `fm-form-${name}` }, make("span", { text: label }), form[name],
                make("span", { class: "fm-hint", id: `${prefix}-${name}-hint`, text: hint }));
  }
  const save = (replace, pages) => send({ do: "save", name: form.name.value, title: form.title.value,
                                          why: form.why.value, replace, pages });
  const question = make("span", {});
  const ask = make("div", { class: "fm-ask", hidden: true }, question,
    make("button", { type: "button", text: "Replace it",
                     onclick: () => save(true, model.get("state").saving.pages) }),
    make("button", { type: "button", text: "Keep it", onclick: () => { ask.hidden = true;
                                                                        form.name.focus(); } }));
  const faults = make("div", { role: "alert" });
  const done = make("div", { class: "fm-done", role: "status" });
  const bar = make("progress", { max: 1, value: 0, "aria-label": "Pages that are made" });
  const madeSaid = make("p", {});
  const madeFaults = make("div", { role: "alert" });
  const links = make("ul", { class: "fm-links" });
  const making = make("div", { class: "fm-making", role: "status", hidden: true },
                      bar, madeSaid, madeFaults, links);
  const edits = make("ul", { class: "fm-edits" });
  const editsHead = make("h4", {});
  const paste = make("pre", {});
  const pasteBox = make("details", { hidden: true },
    make("summary", { text: "The same as a line for the parameters cell" }), paste);
  const saving = make("section", { class: "fm-save", "aria-label": "Save as a scenario" },
    editsHead, edits, pasteBox,
    make("div", { class: "fm-form" },
      makeField("name", "Save as scenario", table.hints.name),
      makeField("title", "Title", table.hints.title),
      makeField("why", "Why", table.hints.why),
      make("div", { class: "fm-buttons" },
        make("button", { type: "button", class: "fm-main", text: "Save",
                         onclick: () => save(false, false) }),
        make("button", { type: "button", text: "Save and make pages",
                         onclick: () => save(false, true) }))),
    faults, ask, done, making);

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    let last = null;
    const heads = new Map();
    rows.forEach((view) => {
      const { row, now } = view;
      const fits = (section.value === "" || (section.value === "levers" ? row.lever
        : row.section === section.value))
        && (!only.checked || now.mark !== "" || now.reasons.length)
        && words.every((word) => row.words.includes(word));
      view.tr.hidden = !fits;
      view.reasonsRow.hidden = !fits || !view.saidAny;
      view.moreRow.hidden = !fits || !(view.moreAny || view.asked);
      if (!fits) {
        view.aboutRow.hidden = true;
        view.toggle.setAttribute("aria-expanded", "false");
      }
      if (fits) {
        shown += 1;
        if (row.section !== last) heads.set(row.section, true);
        last = row.section;
      }
    });
    body.querySelectorAll(".fm-section").forEach((head) => {
      head.hidden = section.value !== "" || !heads.has(head.dataset.section);
    });
    setText(count, `${shown} of ${rows.size} shown`);
    none.hidden = shown > 0;
  }

  let before = null;
  for (const row of table.rows) {
    if (row.section !== before) {
      body.append(make("tr", { class: "fm-section", "data-section": row.section }, make("th", {
        scope: "rowgroup", colspan: table.years.length + 2, text: row.sectionLabel })));
      before = row.section;
    }
    const view = makeRow(row);
    update(view, row.now);
    body.append(view.tr, view.moreRow, view.reasonsRow, view.aboutRow);
  }

  function button(element, action) {
    element.disabled = action === "";
    element.title = action;
  }

  // Where JupyterLab serves a file of the project.
  function placeOf(path) {
    const config = document.getElementById("jupyter-config-data");
    const base = config ? JSON.parse(config.textContent).baseUrl || "/" : "/";
    return `${base}files/${path}`;
  }

  function drawMaking({ done: ready, pages, said, links: found, problems }) {
    making.hidden = said === "" && problems.length === 0;
    bar.hidden = found.length > 0 || problems.length > 0;
    if (pages > 0) bar.value = ready / pages;
    else bar.removeAttribute("value");
    setText(madeSaid, said);
    madeFaults.replaceChildren(...problems.map((text) => make("p", { class: "fm-reason", text })));
    links.replaceChildren(...found.map(([text, path]) => make("li", {}, make("a", {
      text, href: placeOf(path), target: "_blank", rel: "noopener" }))));
  }

  let touched = new Set();
  function draw() {
    const state = model.get("state");
    const names = new Set(Object.keys(state.rows));
    for (const path of new Set([...touched, ...names])) {
      const view = rows.get(path);
      if (view) update(view, state.rows[path] || view.row.now);
    }
    touched = names;
    filter();
    setText(message, state.chart.message);
    setText(reading, state.chart.reading);
    if (picture.src !== state.chart.src) {
      picture.src = state.chart.src;
      picture.alt = state.chart.alt;
    }
    const known = tiles.children.length === state.figures.length;
    state.figures.forEach((figure, index) => {
      if (!known) {
        tiles.append(make("div", {}, make("dt", {}), make("dd", { class: "fm-value" }),
                          make("dd", { class: "fm-compared" })));
      }
      const [label, value, compared] = tiles.children[index].children;
      setText(label, figure.label);
      setText(value, figure.value);
      setText(compared, figure.compared);
      compared.classList.toggle("fm-warn", figure.warn);
    });
    setText(stale, state.stale);
    pasting.replaceChildren(...state.pasting.map((text) => make("p", { class: "fm-reason", text })));
    for (const part of [results, tiles]) part.classList.toggle("fm-stale", state.stale !== "");
    if (state.checks !== null) {
      setText(checks, state.checks.text);
      checks.classList.toggle("fm-warn", state.checks.warn);
    }
    button(undo, state.undo);
    button(redo, state.redo);
    restore.disabled = !state.edits.length;
    setText(editsHead, state.editsHead);
    edits.replaceChildren(...state.edits.map((text) => make("li", { text })));
    setText(paste, state.paste);
    pasteBox.hidden = state.paste === "";
    const { problems, question: asked, done: said } = state.saving;
    faults.replaceChildren(...problems.map((text) => make("p", { class: "fm-reason", text })));
    setText(question, asked);
    ask.hidden = asked === "";
    done.replaceChildren(...said.map(([kind, text]) => make(
      kind === "command" ? "pre" : "p", { text })));
    drawMaking(state.making);
    if (moving) {
      moving = false;
      const message = nextMove;
      nextMove = null;
      if (message) { moving = true; send(message); }
    }
  }

  // Keys belong to the grid, not to the notebook around it.
  const root = make("div", { class: "fm-editor mathjax_ignore",
                             "data-lm-suppress-shortcuts": "true" },
                    results, make("div", { class: "fm-top" }, stale, pasting, tiles, toolbar), count, grid,
                    saving);
  root.addEventListener("keydown", (event) => {
    const control = event.ctrlKey || event.metaKey;
    const letter = event.key.toLowerCase();
    if (control && (letter === "z" || letter === "y")
        && !event.target.matches("input[type=text], input[type=search]")) {
      event.preventDefault();
      send({ do: letter === "y" || event.shiftKey ? "redo" : "undo" });
    }
    event.stopPropagation();
  });
  el.append(root);
  model.on("change:state", draw);
  draw();
  return () => model.off("change:state", draw);
}

export default { render };
