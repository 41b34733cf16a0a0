// Shows one page of the file at a time. Each is a document of its own in a frame, so that its ids
// and its script mean that page alone; the address of the file says which one is shown, and what
// was moved in it.
"use strict";
const texts = JSON.parse(document.getElementById("texts").textContent), names = Object.keys(texts);
const links = [...document.querySelectorAll("nav a[href^='#']")], frames = {};
let shown;

// A frame's own anchors would lead out of it, as its address is that of the file.
function follow(event, page) {
  const link = event.target.closest("a[href^='#']");
  if (!link) return;
  event.preventDefault();
  const target = page.getElementById(decodeURIComponent(link.hash.slice(1)));
  for (let fold = target?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  target?.scrollIntoView();
}

function began(name, frame, within) {
  const {contentWindow: inner, contentDocument: page} = frame;
  const keep = inner.history.replaceState.bind(inner.history);
  if (within.includes("=")) {
    keep(null, "", `about:srcdoc#${within}`);
    inner.dispatchEvent(new Event("hashchange"));
  } else if (within) {
    page.getElementById(within)?.scrollIntoView();
  }
  inner.history.replaceState = (state, unused, address) => {
    keep(null, "", address);
    const kept = address.split("#")[1];
    history.replaceState(null, "", `#${name}${kept ? `/${kept}` : ""}`);
  };
  page.addEventListener("click", (event) => follow(event, page));
}

function show() {
  const [asked, ...rest] = location.hash.slice(1).split("/"), within = decodeURIComponent(rest.join("/"));
  shown = Object.hasOwn(texts, asked) ? asked : names[0];
  if (!frames[shown]) {
    const name = shown, frame = frames[name] = document.createElement("iframe");
    frame.title = links.find((link) => link.hash === `#${name}`).textContent;
    frame.addEventListener("load", () => began(name, frame, within));
    frame.srcdoc = texts[name];
    document.querySelector("main").append(frame);
  }
  for (const name of Object.keys(frames)) frames[name].hidden = name !== shown;
  for (const link of links) {
    if (link.hash === `#${shown}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

window.addEventListener("hashchange", show);
document.getElementById("print").addEventListener("click", () => frames[shown].contentWindow.print());
show();
