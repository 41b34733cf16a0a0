// Long tables can be copied as CSV, with the figures as they are printed.
(() => {
  const cell = (each) => {
    const text = each.textContent.trim().replace(/\s+/g, " ").replace(/\u2212/g, "-");
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  for (const table of document.querySelectorAll("main .fm-scroll > table")) {
    if (table.rows.length < 9) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "csv";
    button.textContent = "Copy as CSV";
    button.addEventListener("click", async () => {
      const text = [...table.rows].map((row) => [...row.cells].map(cell).join(",")).join("\n");
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      // The clipboard of a page from a file may be closed; what is selected can be copied.
      const done = await navigator.clipboard?.writeText(text).then(() => true, () => false) || document.execCommand("copy");
      area.remove();
      button.textContent = done ? "Copied" : "Copying is not allowed here";
    });
    table.after(button);
  }
})();
