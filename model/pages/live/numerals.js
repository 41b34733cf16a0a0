// Where a page shows numbers in another form than its scripts write and read: what they say takes that
// form as it enters the page, and printed figures are read from it.
const rewritten = ([pattern, signs]) => (text) => text.replace(new RegExp(pattern, "g"), (part) =>
  /^[0-9]/.test(part) ? part.replace(/[^0-9]/g, (sign) => signs[sign]) : part);

function showNumerals({written, read}) {
  inTexts(document.body, rewritten(written));
  readPrinted(rewritten(read));
}

// Texts and names that enter an element from now on, each once: another text there is another node.
function inTexts(element, write) {
  const done = new WeakMap();
  const once = (node, text, set) => {
    if (text === null || done.get(node) === text) return;
    done.set(node, write(text));
    if (done.get(node) !== text) set(done.get(node));
  };
  const enter = (node) => {
    if (node.nodeType === Node.TEXT_NODE) once(node, node.data, (text) => { node.data = text; });
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    once(node, node.getAttribute("aria-label"), (text) => node.setAttribute("aria-label", text));
    node.childNodes.forEach(enter);
  };
  new MutationObserver((changes) => changes.forEach(({type, target, addedNodes}) =>
    (type === "childList" ? addedNodes : [target]).forEach(enter))).observe(
    element, {childList: true, characterData: true, subtree: true});
}

function readPrinted(read) {
  const {figure} = Proof.prototype;
  Proof.prototype.figure = function (name, text, ...more) {
    return figure.call(this, read(name), read(text), ...more);
  };
}
