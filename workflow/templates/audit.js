// Filters the table of claims and shows what a verdict rests on. All data stand in the page.
"use strict";

const FILTERS = ["study", "topic", "verdict", "rule", "place"];
const SVG = "http://www.w3.org/2000/svg";
const { claims, rows, rules, seeds, level } = JSON.parse(document.getElementById("traces").textContent);
const form = document.getElementById("filters");
const table = document.getElementById("claims").tBodies[0];
const count = document.getElementById("count");
const lines = [...table.rows].map((row) => ({ row, text: row.textContent.toLowerCase() }));
// A place has no field of its own; it comes with a link from a study's page.
let place = "";

function make(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text ?? "";
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function draw(tag, attributes, text) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  return element;
}

// Filters

function readFilters() {
  const wanted = Object.fromEntries(new FormData(form));
  return { ...wanted, place };
}

function fits(row, wanted) {
  return FILTERS.every((name) => {
    const value = wanted[name];
    return !value || row.dataset[name] === value || (name === "verdict" && row.dataset.group === value);
  });
}

function filter() {
  const wanted = readFilters();
  const words = wanted.q.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const { row, text } of lines) {
    row.hidden = !(fits(row, wanted) && words.every((word) => text.includes(word)));
    const trace = findTrace(row);
    if (trace) trace.hidden = row.hidden;
    shown += !row.hidden;
  }
  const all = lines.length.toLocaleString("en");
  const where = place ? `, in “${place}”` : "";
  count.textContent = shown === lines.length ? `${all} claims` : `${shown.toLocaleString("en")} of ${all} claims${where}`;
  document.getElementById("none").hidden = shown > 0;
  const query = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value));
  history.replaceState(null, "", `${query.size ? `?${query}` : location.pathname}${location.hash}`);
}

function showAll() {
  for (const field of form.elements) if (field.name) field.value = "";
  place = "";
  filter();
}

function readAddress() {
  const query = new URLSearchParams(location.search);
  place = query.get("place") ?? "";
  for (const field of form.elements) if (field.name) field.value = query.get(field.name) ?? "";
  filter();
}

// Traces

const findTrace = (row) => (row.nextElementSibling?.className === "trace" ? row.nextElementSibling : null);

function toggle(row, open = !findTrace(row)) {
  findTrace(row)?.remove();
  if (open) row.after(buildTrace(row));
  const button = row.querySelector("button");
  button.setAttribute("aria-expanded", open);
}

function buildTrace(row) {
  const claim = claims[row.id];
  const cell = make("td", "", { colspan: 4, role: "cell" });
  const picture = drawInterval(claim);
  if (picture) cell.append(picture);
  const list = make("dl");
  for (const [name, ...parts] of describe(row.id, claim)) {
    const text = make("dd");
    text.append(...parts);
    list.append(make("dt", name), text);
  }
  cell.append(list);
  const trace = make("tr", "", { class: "trace", role: "row" });
  trace.append(cell);
  return trace;
}

function describe(id, claim) {
  const found = [];
  if (claim.context) found.push(["Printed as", make("q", claim.context)]);
  const rule = rules[claim.rule];
  const tried = rule?.tried
    ? ` Of ${rule.tried.toLocaleString("en")} true claims made up to try it (${rule.situation}), it rejected ${rule.alarms}. `
    : " ";
  found.push(["Rule", make("b", claim.rule.replaceAll("_", " ")), rule ? `. It assumes: ${rule.assumes}${tried}` : " ", make("a", "All error rates", { href: "auditor.html" })]);
  const names = claim.quantity?.split(" ") ?? [];
  const others = names.filter((name) => !name.includes("/"));
  if (others.length) found.push(["Compared with", ...others.flatMap((name) => [make("a", name, { href: `#${name}` }), " "])]);
  const targets = names.filter((name) => name.includes("/"));
  if (targets.length) found.push(["Quantity", ...targets.flatMap((name) => [make("code", name), " "])]);
  if (claim.k) found.push(["Replicates", `${claim.k}${claim.n ? `, each on ${Number(claim.n).toLocaleString("en")} items` : ""}${claim.recorded ? "" : `; seeds of the run: ${seeds.join(", ")}`}`]);
  for (const name of new Set(targets.map((target) => target.split("/").slice(0, 3).join("/")))) {
    if (rows[name]) found.push(...describeRow(name, rows[name]));
  }
  if (claim.evidence) {
    found.push(["Evidence", make("a", claim.evidence, { href: `../${claim.evidence}` }), ", SHA-256 ", make("code", claim.evidence_sha256)]);
    if (claim.recorded) found.push(["Recorded", `at full scale, by ${claim.recorded}; the settings above are those of the run at hand where they differ`]);
    else found.push(["Jobs", make("a", "The jobs behind it, with commands, file hashes, logs, times and machine", { href: `jobs.html#${claim.evidence}` })]);
  }
  found.push(["Check it", make("code", `python -m redigit.verify ${id}`)]);
  return found;
}

function describeRow(name, { settings, full, assumed }) {
  const list = make("ul", "", { class: "settings" });
  for (const [key, value] of Object.entries(settings)) {
    const item = make("li");
    item.append(make("code", `${key}: ${value}`));
    if (key in full) item.append(make("small", ` at full scale ${full[key]}`));
    list.append(item);
  }
  const found = [[`Settings of ${name}`, list]];
  if (assumed.length) {
    const why = make("ul");
    for (const text of assumed) why.append(make("li", text));
    found.push(["Assumed, since not stated", why]);
  }
  return found;
}

// The printed number against what one more of our runs would give.

function drawInterval(claim) {
  const [printed, mean, low, high, margin] = ["value", "measured", "low", "high", "margin"].map((name) => parseFloat(claim[name]));
  if (!Number.isFinite(printed) || !Number.isFinite(mean)) return null;
  if (!Number.isFinite(low) && printed === mean) return null;
  const values = (claim.values ?? "").split(" ").filter(Boolean).map(Number);
  const ends = [printed, mean, low, high, ...values].filter(Number.isFinite);
  const [first, last] = [Math.min(...ends), Math.max(...ends)];
  const place = (value) => 40 + (520 * (value - first)) / (last - first || 1);
  const percent = `${100 * level} %`;
  const show = (value) => String(Number(value.toPrecision(6)));
  const words = `Printed ${show(printed)}, measured ${show(mean)}` + (Number.isFinite(low) ? `, ${percent} interval ${show(low)} to ${show(high)}` : ", no interval") + (claim.statistic ? `; the printed number is ${Math.abs(claim.statistic).toFixed(2)} half-widths from the mean` : "") + (Number.isFinite(margin) ? `; margin ${show(margin)}` : "") + (values.length ? `. Each run gave: ${values.map(show).join(", ")}` : "") + ".";
  const picture = draw("svg", { viewBox: "0 0 600 92", class: "interval", role: "img", "aria-label": words });
  picture.append(draw("line", { x1: 20, x2: 580, y1: 46, y2: 46, class: "axis" }));
  if (Number.isFinite(low)) {
    picture.append(draw("rect", { x: place(low), width: Math.max(place(high) - place(low), 1), y: 38, height: 16, class: "range" }));
  }
  for (const value of values) picture.append(draw("line", { x1: place(value), x2: place(value), y1: 38, y2: 54, class: "run" }));
  picture.append(draw("circle", { cx: place(mean), cy: 46, r: 6, class: "mean" }));
  picture.append(draw("path", { d: `M${place(printed)} 34 l9 12 l-9 12 l-9 -12 z`, class: "printed" }));
  const anchor = (at) => (at < 120 ? "start" : at > 480 ? "end" : "middle");
  const label = (value, text, y) => picture.append(draw("text", { x: place(value), y, "text-anchor": anchor(place(value)) }, text));
  label(printed, `◇ printed ${show(printed)}`, 22);
  label(mean, `● measured ${show(mean)}`, 80);
  const figure = make("figure");
  figure.append(picture, make("figcaption", words));
  return figure;
}

// Start

for (const { row } of lines) {
  const button = make("button", "Trace", { type: "button", "aria-expanded": false, "aria-label": `Trace of ${row.id}` });
  button.addEventListener("click", () => toggle(row));
  row.cells[0].append(button);
}

function follow() {
  const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!row || row.parentNode !== table) return;
  if (row.hidden) showAll();
  toggle(row, true);
  row.scrollIntoView({ block: "start" });
}

form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", (event) => {
  event.preventDefault();
  showAll();
});
document.getElementById("clear").addEventListener("click", showAll);
addEventListener("hashchange", follow);
readAddress();
follow();
