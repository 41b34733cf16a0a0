// A line over the months of a plan as SVG, in the look of the page's other charts: what follows from
// the levers in blue, the plan as printed in grey behind it.
const SVG = "http://www.w3.org/2000/svg";
const INK = "#1a1f26", MUTED = "#5b6570", AXIS = "#8a939e", GRID = "#dfe3e8", MAIN = "#0b5cad";

function drawn(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

// Round numbers that span the values, four or five of them.
function ticks(values) {
  const low = Math.min(0, ...values), high = Math.max(0, ...values), rough = (high - low) / 4 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((digit) => digit * power >= rough) * power;
  const from = Math.floor(low / step), to = Math.ceil(high / step);
  return Array.from({length: to - from + 1}, (_, at) => (from + at) * step);
}

// `bands` are pairs of lines between which a tint lies, the widest first.
function chart(title, months, lines, width, bands = []) {
  const height = 210, left = 52, right = 64, top = 30, bottom = 22;
  const marks = ticks([...lines, ...bands].flatMap((line) => line.values ? [...line.values] : [...line.low, ...line.high]));
  const x = (month) => left + (month + 0.5) / months.length * (width - left - right);
  const y = (value) => height - bottom - (value - marks[0]) / (marks.at(-1) - marks[0]) * (height - top - bottom);
  const svg = drawn("svg", {viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "font-size": 12, fill: INK});
  const last = months.length - 1;
  svg.setAttribute("aria-label", `${title} by month: ${lines.map(({name, values}) =>
    `${name} ${usd(values[0])} at first and ${usd(values[last])} at last`).join("; ")}`);
  svg.append(drawn("text", {x: 0, y: 14, "font-weight": 600}, title));
  for (const mark of marks) {
    svg.append(drawn("line", {x1: left, x2: width - right, y1: y(mark), y2: y(mark), stroke: mark ? GRID : AXIS}));
    svg.append(drawn("text", {x: left - 6, y: y(mark) + 4, "text-anchor": "end", fill: MUTED}, format(mark, "USD").replace(/(\.\d*?)0+(?=\D|$)/, "$1").replace(/\.(?=\D|$)/, "")));
  }
  months.forEach((month, at) => {
    if (!month.endsWith("-01")) return;
    svg.append(drawn("line", {x1: x(at - 0.5), x2: x(at - 0.5), y1: height - bottom, y2: height - bottom + 5, stroke: AXIS}));
    svg.append(drawn("text", {x: x(at - 0.5) + 4, y: height - 6, fill: MUTED}, month.slice(0, 4)));
  });
  const path = (values) => Array.from(values, (value, at) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`);
  for (const {low, high, tint} of bands) {
    svg.append(drawn("polygon", {points: [...path(low), ...path(high).reverse()].join(" "), fill: tint}));
  }
  const ends = lines.map(({values}) => y(values[last]));
  // Names at the ends keep a line's height between them.
  if (ends.length === 2 && Math.abs(ends[0] - ends[1]) < 26) {
    const middle = (ends[0] + ends[1]) / 2, up = ends[0] <= ends[1] ? 0 : 1;
    ends[up] = middle - 13;
    ends[1 - up] = middle + 13;
  }
  lines.forEach(({name, values, color}, at) => {
    svg.append(drawn("polyline", {points: path(values).join(" "), fill: "none", stroke: color, "stroke-width": color === MAIN ? 2 : 1.4}));
    svg.append(drawn("text", {x: width - right + 6, y: ends[at] - 2, fill: color === MAIN ? MAIN : MUTED}, name));
    svg.append(drawn("text", {x: width - right + 6, y: ends[at] + 11, fill: color === MAIN ? MAIN : MUTED}, format(values[last], "USD")));
  });
  return svg;
}
