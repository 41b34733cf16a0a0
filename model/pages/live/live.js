// The block of levers: what a reader moves, what follows, and what of it the address and a file keep.
function show(data) {
  const root = document.getElementById("live");
  const plan = new Plan(data.plan), start = {}, moved = {}, rows = new Map();
  for (const [path, [label, unit, low, high, step, shown, spread, range]] of Object.entries(data.levers)) {
    const factor = plan.series[path].grain !== "constant", mix = mixOf(path);
    start[path] = plan.series[path].values;
    data.spreads[path] = spread;
    data.levers[path] = {label, unit, low, high, step, shown, factor, mix,
      range: range || spread, start: factor ? 1 : start[path][0]};
  }
  const printed = outcome(plan, data, moved);
  const levers = element("div", {class: "fm-levers"});
  const said = element("p", {class: "fm-moved", "aria-live": "polite"});
  const follows = element("div"), odds = element("p", {class: "fm-reading"});
  const text = element("textarea", {readonly: "", rows: 6, "aria-label": "The changes as text"});
  let year = Math.max(0, data.years.indexOf(data.year)), drawing;

  function mixOf(path) {
    return Object.keys(data.mixes).find((mix) => data.mixes[mix].includes(path));
  }

  // A lever's readout: as a factor, in percent, or in its own unit.
  function readout(lever, value) {
    if (lever.factor) return `${fixed(value, 2)} × plan`;
    const decimals = Number(lever.shown.match(/\d+/)[0]);
    return lever.shown.endsWith("%") ? `${fixed(100 * value, decimals)}%` : fixed(value, decimals);
  }

  function add(path) {
    if (rows.has(path)) return;
    const lever = data.levers[path];
    const input = element("input", {type: "range", min: lever.low, max: lever.high, step: lever.step,
      "aria-label": lever.label, onchange: keep,
      oninput: () => { move(path, Number(input.value)); follow(); }});
    const value = element("output");
    const row = element("label", {}, element("span", {}, lever.label,
      lever.factor || !lever.unit ? "" : element("span", {class: "fm-unit"}, ` ${lever.unit}`)), input, value);
    rows.set(path, row);
    levers.append(row);
    place(path);
  }

  // A lever stands where the plan has it.
  function place(path) {
    const lever = data.levers[path], value = moved[path] ?? lever.start;
    const row = rows.get(path);
    row.querySelector("input").value = value;
    row.querySelector("output").textContent = readout(lever, value);
    row.classList.toggle("fm-on", path in moved);
  }

  function move(path, value) {
    const lever = data.levers[path];
    const at = (factor) => lever.factor ? start[path].map((each) => each * factor) : [factor];
    if (value === lever.start || !Number.isFinite(value)) {
      delete moved[path];
      plan.set(path, start[path]);
    } else {
      moved[path] = Math.min(lever.high, Math.max(lever.low, value));
      plan.set(path, at(moved[path]));
      // Of a mix of shares, the last takes what is left, so the others leave something.
      while (lever.mix && over(lever.mix) && moved[path] > lever.low) {
        moved[path] = Math.max(lever.low, Number((moved[path] - lever.step).toPrecision(12)));
        plan.set(path, at(moved[path]));
      }
    }
    if (rows.has(path)) place(path);
  }

  function over(mix) {
    const shares = data.mixes[mix].map((path) => plan.assumption(path));
    return shares[0].some((_, month) => month && shares.reduce((sum, share) => sum + share[month], 0) > 1 + 1e-12);
  }

  // The address follows a lever that is let go: browsers refuse one that changes all the time.
  function keep() {
    const state = new URLSearchParams(moved).toString();
    // An anchor of the page stays; a bundle holds pages at addresses that have no path.
    const page = location.href.split("#")[0];
    if (state || location.hash.includes("=")) history.replaceState(null, "", state ? `${page}#${state}` : page);
  }

  function words() {
    const parts = Object.keys(moved).map((path) => {
      const lever = data.levers[path];
      const unit = lever.factor || lever.shown.endsWith("%") || !lever.unit ? "" : ` ${lever.unit}`;
      return `${lever.label} ${readout(lever, moved[path])}${unit}${lever.factor ? "" :
        ` instead of ${readout(lever, lever.start)}`}`;
    });
    return parts.length ? `Moved: ${parts.join("; ")}.` : "Nothing is moved: the figures are those of this page.";
  }

  function follow() {
    const now = outcome(plan, data, moved);
    said.textContent = words();
    follows.replaceChildren(tiles(now), charts(now), odds, goals(now), signals(now));
    draw(now);
    root.classList.toggle("fm-moved-plan", Object.keys(moved).length > 0);
    text.value = JSON.stringify({company: data.company, scenario: data.scenario, changes: changes(plan, data, moved)}, null, 1);
  }

  function tiles(now) {
    const at = Math.max(0, data.years.indexOf(data.year));
    const named = (month) => month ? monthName(month) : "never";
    const cash = (one) => `${usd(one.lowest)} in ${named(one.lowest_month)}`;
    const all = [["First break-even", named(now.first), named(printed.first)],
      ["Losses earned back", named(now.back), named(printed.back)],
      ["Lowest cash", cash(now), cash(printed)],
      [`EBITDA ${data.years[at]}`, usd(now.yearly.ebitda[at]), usd(printed.yearly.ebitda[at])]];
    return element("dl", {class: "fm-tiles fm-tiles-4"}, ...all.map(([label, value, before]) =>
      element("div", {}, element("dt", {}, label), element("dd", {class: "fm-value"}, value),
        element("dd", {}, value === before ? "as printed" : `printed: ${before}`))));
  }

  // Random draws around the plan as it stands, a part at a time, so that levers move meanwhile.
  function draw(now) {
    clearTimeout(drawing);
    odds.textContent = `${fixed(data.draws, 0)} random draws around this plan follow in a moment.`;
    const fork = new Plan({...data.plan, series: structuredClone(plan.series)});
    const draws = new Draws(fork, data.spreads, data.mixes, data.seed, data.groups);
    const found = new Odds(plan.months, data.draws);
    const by = data.months.indexOf(printed.first) + 1;
    const part = () => {
      for (const until = performance.now() + 12; found.done < found.size && performance.now() < until;) {
        draws.set(found.done);
        found.add(fork, by);
      }
      if (found.done < found.size) drawing = setTimeout(part);
      else showOdds(now, found);
    };
    drawing = setTimeout(part, 20);
  }

  function showOdds(now, found) {
    // No more digits than the standard error of as many independent draws leaves, which is hardly less than their own.
    const share = (count) => {
      const value = count / found.size, error = Math.sqrt(value * (1 - value) / found.size);
      return error ? `about ${fixed(100 * value, Math.max(0, -Math.floor(Math.log10(200 * error))))}%` :
        `${fixed(100 * value, 0)}%`;
    };
    const [low, lowerHalf, upperHalf, high] = found.quantiles([0.05, 0.25, 0.75, 0.95]);
    odds.textContent = `Of ${fixed(found.size, 0)} random draws around this plan, each assumption within its ` +
      `plausible range${data.groups ? ", and some going together" : ""}, cash falls below zero in ${share(found.short)}` + (printed.first ?
      `; in ${share(found.in_time)} the first break-even comes by ${monthName(printed.first)}, the printed ` +
      "month, and cash lasts to it" : "") + ". Tints: half of the draws, and nine in ten.";
    follows.children[1].lastChild.replaceWith(cashChart(now, [
      {low, high, tint: "#eef3f9"}, {low: lowerHalf, high: upperHalf, tint: "#d3e1f0"}]));
  }

  function lines(now, key) {
    return [{name: "printed", values: printed[key], color: AXIS}, {name: "now", values: now[key], color: MAIN}];
  }

  // Two beside each other where there is room.
  const width = () => Math.max(300, root.clientWidth < 700 ? Math.min(520, root.clientWidth - 8) :
    Math.min(620, Math.floor(root.clientWidth / 2) - 16));
  const cashChart = (now, bands) =>
    chart(`${data.cash}, USD`, data.months, lines(now, "cash"), width(), bands);

  function charts(now) {
    return element("div", {class: "fm-charts"},
      chart("EBITDA by month, USD", data.months, lines(now, "ebitda"), width()), cashChart(now));
  }

  function goals(now) {
    const states = {met: "met", watch: "on watch", missed: "missed", "no target": "", undefined: "", "not judged": "not judged"};
    const choice = element("select", {onchange: () => { year = Number(choice.value); follow(); }},
      ...data.years.map((each, at) => element("option", {value: at, ...(at === year ? {selected: ""} : {})}, each)));
    const body = data.kpis.map((goal, at) => {
      const one = now.goals[at], before = printed.goals[at];
      const value = format(one.values[year], goal.unit), was = format(before.values[year], goal.unit);
      const target = one.targets && one.states[year] !== "not judged" ? format(one.targets[year], goal.unit) : "";
      return element("tr", {}, element("th", {scope: "row"}, goal.label,
        goal.named ? element("span", {class: "fm-unit"}, ` ${goal.named}`) : ""), element("td", {}, was),
        element("td", {class: value === was ? null : "fm-on"}, value), element("td", {}, target),
        element("td", {class: "fm-text"}, states[one.states[year]]));
    });
    const met = (one) => one.goals.filter(({states: each}) => each[year] === "met").length;
    const reached = now.goals.filter(({states: each}) => ["met", "watch", "missed"].includes(each[year])).length;
    return element("details", {class: "fm-goals", ...(open() ? {open: ""} : {})},
      element("summary", {}, `KPIs of ${data.years[year]}: ${met(now)} of ${reached} goals met, printed: ${met(printed)}`),
      element("label", {}, "Year ", choice),
      element("div", {class: "fm-scroll", tabindex: 0, role: "region", "aria-label": "KPIs"}, element("table", {},
        element("caption", {}, `KPIs of ${data.years[year]}, as printed and now`),
        element("thead", {}, element("tr", {}, ...["KPI", "Printed", "Now", "Goal", "Now it is"].map((head, at) =>
          element("th", {scope: "col", class: at > 3 ? "fm-text" : null}, head)))),
        element("tbody", {}, ...body))));
  }

  function open() {
    const details = follows.querySelector("details");
    return details !== null && details.open;
  }

  function signals(now) {
    const fresh = now.alerts.filter((alert) => !printed.alerts.includes(alert));
    const gone = printed.alerts.filter((alert) => !now.alerts.includes(alert));
    const item = (kind) => (sentence) => element("li", {}, element("b", {}, kind), sentence);
    const checks = now.failed.length ? `These checks fail: ${now.failed.join("; ")}.` :
      `All ${data.checks.length} checks that the page works out anew hold.`;
    return element("div", {}, element("p", {class: "fm-reading"}, `${checks} Alerts on cash, break-even, ` +
      "ranges and rules are followed here: ", `${now.alerts.length} now, ${printed.alerts.length} as printed. `,
      data.held),
      element("ul", {class: "fm-signals"}, ...fresh.map(item("New: ")), ...gone.map(item("Gone: "))));
  }

  function reset() {
    for (const path of Object.keys(moved)) move(path, NaN);
    follow();
    keep();
  }

  // The address keeps what was moved: #mentees.cac=95
  function read() {
    for (const path of Object.keys(moved)) move(path, NaN);
    for (const [path, value] of new URLSearchParams(location.hash.slice(1))) {
      if (Object.hasOwn(data.levers, path) && value !== "") {
        move(path, Number(value));
        add(path);
      }
    }
    follow();
    keep();
  }

  function save() {
    const file = URL.createObjectURL(new Blob([text.value], {type: "application/json"}));
    element("a", {href: file, download: `${data.company}-${data.scenario}-changes.json`}).click();
    URL.revokeObjectURL(file);
  }

  const names = new Map(Object.entries(data.levers).map(([path, lever]) => [lever.label, path]));
  const search = element("input", {type: "search", list: "live-names", onchange: () => {
    if (names.has(search.value)) {
      add(names.get(search.value));
      rows.get(names.get(search.value)).querySelector("input").focus();
      search.value = "";
    }
  }});
  root.replaceChildren(
    element("p", {class: "fm-message"}, "Move a lever, and the whole plan is worked out again in this page."), levers, element("div", {class: "fm-tools"},
    element("label", {}, "Another assumption ", search),
    element("datalist", {id: "live-names"}, ...[...names.keys()].map((name) => element("option", {value: name}))),
    element("button", {type: "button", onclick: reset}, "Back to the printed plan")),
    said, follows,
    element("details", {class: "fm-keep"}, element("summary", {}, "Keep these changes"),
      element("p", {class: "fm-reading"}, "The address of this page holds them, so a copied link shows the same. " +
        "As a file they can go back to whoever keeps the model, who can make a scenario of them."), text,
      element("button", {type: "button", onclick: save}, "Save as a file")));
  data.shown.forEach(add);
  window.addEventListener("hashchange", () => { if (location.hash.includes("=")) read(); });
  let wide = width();
  window.addEventListener("resize", () => { if (wide !== (wide = width())) follow(); });
  read();
}
