"use strict";
// The page reads without this script; it adds filters, order, deep links and side-by-side panels.
// It builds no markup: it only shows, hides and moves what the page already has.

document.documentElement.classList.add("scripted");
const clusterOrDocument = "details.item";

// Panels: the words here and at their origin, side by side.

function setPanel(panel, open) {
  panel.classList.toggle("shown", open);
  for (const button of document.querySelectorAll(`[aria-controls="${panel.id}"]`)) {
    button.setAttribute("aria-expanded", String(open));
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button.note");
  if (button) {
    const panel = document.getElementById(button.getAttribute("aria-controls"));
    setPanel(panel, !panel.classList.contains("shown"));
    return;
  }
  const passage = event.target.closest("a.taken");
  if (passage) {
    event.preventDefault();
    const panel = document.getElementById(`reuse-${passage.dataset.reuse}`);
    setPanel(panel, !panel.classList.contains("shown"));
    return;
  }
  const link = event.target.closest('a[href^="#"]');
  if (link && link.hash === location.hash) {
    goToHash(); // no change of the hash tells of a second click
  }
});

// Notes on attributions: show the words that they are about.

function mark(event) {
  const note = event.target.closest && event.target.closest(".said");
  const article = note && note.closest(".article");
  if (!article) return;
  const number = note.id.replace("attribution-", "");
  const isOn = event.type === "pointerover" || event.type === "focusin";
  for (const words of article.querySelectorAll("[data-said]")) {
    if (words.dataset.said.split(" ").includes(number)) words.classList.toggle("meant", isOn);
  }
}
for (const type of ["pointerover", "pointerout", "focusin", "focusout"]) {
  document.addEventListener(type, mark);
}

// Filters and order. What an item offers for filtering stands in its data attributes.

const texts = new WeakMap();
function textOf(item) {
  if (!texts.has(item)) texts.set(item, fold(item.textContent));
  return texts.get(item);
}
function fold(text) {
  return text.normalize("NFKC").toLowerCase();
}

function isWanted(item, name, value) {
  const own = item.dataset[name] || "";
  return own === value || own.split("\n").includes(value); // of several, each has its line
}

function compareBy(order) {
  if (order === "title") return (a, b) => a.dataset.title.localeCompare(b.dataset.title);
  if (order === "time" || order === "-time") {
    const sign = order === "time" ? 1 : -1; // what has no time comes last in either order
    return (a, b) => {
      const [one, other] = [a.dataset.time, b.dataset.time];
      if (!one || !other) return Number(!one) - Number(!other);
      return sign * (one < other ? -1 : Number(one > other));
    };
  }
  return (a, b) => Number(b.dataset[order]) - Number(a.dataset[order]);
}

const places = new WeakMap(); // the order that the page came with breaks ties
function apply(form) {
  const list = document.getElementById(form.dataset.list);
  const items = [...list.querySelectorAll(`:scope > ${clusterOrDocument}`)];
  const wanted = [...new FormData(form)].filter(([, value]) => value.trim());
  const words = fold(form.elements.text.value).split(/\s+/).filter(Boolean);
  let n = 0;
  for (const item of items) {
    if (!places.has(item)) places.set(item, places.size || items.indexOf(item));
    const isShown =
      wanted.every(([name, value]) =>
        name === "text" || name === "order" || isWanted(item, name, value)) &&
      (!words.length || words.every((word) => textOf(item).includes(word)));
    item.hidden = !isShown;
    n += Number(isShown);
  }
  const order = form.elements.order.value;
  const compare = order ? compareBy(order) : () => 0;
  const sorted = [...items].sort((a, b) => compare(a, b) || places.get(a) - places.get(b));
  if (sorted.some((item, i) => item !== items[i])) list.append(...sorted);
  form.querySelector("output").textContent =
    n === items.length ? `${n.toLocaleString("en")} shown` :
    `${n.toLocaleString("en")} of ${items.length.toLocaleString("en")} shown`;
}

function remember(form) {
  const first = form.elements.order.options[0].value;
  const set = [...new FormData(form)].filter(
    ([name, value]) => value.trim() && !(name === "order" && value === first));
  const section = form.closest("section").id;
  const query = new URLSearchParams(set).toString();
  history.replaceState(null, "", query ? `#${section}?${query}` : `#${section}`);
}

const forms = [...document.querySelectorAll("form.filters")];
for (const form of forms) {
  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { apply(form); remember(form); }, 120);
  });
  form.addEventListener("reset", () => setTimeout(() => { apply(form); remember(form); }));
  form.addEventListener("submit", (event) => event.preventDefault());
}

// Deep links: #document-ID, #cluster-N, #reuse-N, #attribution-N, #quotation-N, and
// #documents?outlet=NAME&credit=VERDICT for a filtered list.

function fillForm(section, query) {
  const form = section.querySelector("form.filters");
  if (!form) return;
  form.reset();
  for (const [name, value] of new URLSearchParams(query)) {
    if (form.elements[name]) form.elements[name].value = value;
  }
  apply(form);
}

function goToHash() {
  const hash = location.hash.slice(1);
  if (!hash) return;
  const [id, query] = hash.split("?");
  let target = document.getElementById(hash);
  if (!target && query !== undefined) {
    target = document.getElementById(id);
    if (target) fillForm(target, query);
  }
  if (!target) return;
  const item = target.closest(clusterOrDocument);
  if (item) {
    if (item.hidden) fillForm(item.closest("section"), "");
    item.open = true;
  }
  if (target.id.startsWith("reuse-")) setPanel(target, true);
  const isSmall = target.matches(".sides, .note, .quotation");
  const show = () => target.scrollIntoView({ block: isSmall ? "center" : "start" });
  show();
  requestAnimationFrame(() => requestAnimationFrame(show)); // what came in sight has its height now
  const stop = target === item ? item.querySelector("summary") : target;
  if (stop.tabIndex >= -1) stop.focus({ preventScroll: true });
}

for (const form of forms) apply(form);
addEventListener("hashchange", goToHash);
goToHash();
