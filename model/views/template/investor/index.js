"use strict";
// Sorts the tables of headline figures by column, and narrows the index to what is searched for.
// Nothing is asked for and nothing is kept: a page that is opened again is as it was made.
(() => {
  const all = (what, within = document) => [...within.querySelectorAll(what)];
  const NEXT = {none: "ascending", ascending: "descending", descending: "none"};

  // What has no value stands last in either direction.
  const sorted = (rows, column, direction) => {
    const key = (row) => row.cells[column].dataset.key;
    const numbers = rows.every((row) => key(row) === undefined || Number.isFinite(Number(key(row))));
    const compare = (one, other) => numbers ? one - other : one.localeCompare(other, "en");
    const known = rows.filter((row) => key(row) !== undefined);
    known.sort((one, other) => direction * compare(key(one), key(other)));
    return [...known, ...rows.filter((row) => key(row) === undefined)];
  };

  for (const table of all(".figures table")) {
    const body = table.tBodies[0], made = [...body.rows], heads = all("thead th", table);
    table.classList.add("sortable");
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const next = NEXT[head.getAttribute("aria-sort")];
        heads.forEach((other) => other.setAttribute("aria-sort", "none"));
        head.setAttribute("aria-sort", next);
        body.append(...(next === "none" ? made : sorted(made, column, next === "ascending" ? 1 : -1)));
      });
    });
  }

  const box = document.getElementById("search");
  if (!box) return;
  box.parentElement.hidden = false;
  const said = document.getElementById("found");
  const plain = (text) => text.toLowerCase();

  // A place is a scenario, or the pages of all: what it says itself, and what its links say.
  const places = all(".subject").flatMap((subject) => all(".place", subject).map((place) => {
    const text = place.cloneNode(true);
    all("a", text).forEach((link) => link.remove());
    const links = all("a", place).map((link) => ({link, text: plain(`${link.textContent} ${link.title}`)}));
    const row = all("tr[data-place]", subject).find((other) => other.dataset.place === place.dataset.place);
    return {subject, place, row, links, text: plain(`${subject.querySelector("h2").textContent} ${text.textContent}`)};
  }));

  // Words that a place does not say itself must be said by its links; only those then stay.
  const narrow = () => {
    const words = plain(box.value).split(/\s+/).filter(Boolean);
    let scenarios = 0, pages = 0;
    for (const {place, row, links, text} of places) {
      const left = words.filter((word) => !text.includes(word));
      const hits = links.filter((link) => left.every((word) => link.text.includes(word)));
      links.forEach((link) => { link.link.hidden = !hits.includes(link); });
      all(".row", place).forEach((line) => { line.hidden = !all("a:not([hidden])", line).length; });
      place.hidden = left.length > 0 && !hits.length;
      if (row) row.hidden = place.hidden;
      if (place.hidden) continue;
      pages += hits.length;
      scenarios += row ? 1 : 0;
    }
    for (const subject of all(".subject")) {
      all(".figures", subject).forEach((table) => { table.hidden = !all("tbody tr:not([hidden])", table).length; });
      subject.hidden = !all(".place:not([hidden])", subject).length;
    }
    const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
    said.textContent = words.length
      ? (scenarios || pages ? `${count(scenarios, "scenario")}, ${count(pages, "link")}` : "Nothing found")
      : "";
  };
  box.addEventListener("input", narrow);
  narrow();
})();
