"use strict";
document.documentElement.classList.add("scripted");
const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const all = (what, inside = document) => [...inside.querySelectorAll(what)];

function clock(seconds) {
  const thousandths = Math.round(Math.max(0, seconds) * 1000);
  const two = (n) => String(n).padStart(2, "0");
  const s = Math.floor(thousandths / 1000);
  return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}.${String(thousandths % 1000).padStart(3, "0")}`;
}
function make(tag, properties = {}, ...inner) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...inner);
  return node;
}
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// Light and dark
const system = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (document.documentElement.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
const redraw = [];  // functions that draw anew in other colours
function themed() {
  $("theme").textContent = isDark() ? "Light" : "Dark";
  $("theme").setAttribute("aria-label", `Switch to ${isDark() ? "light" : "dark"} colours`);
  for (const draw of redraw) draw();
}
$("theme").hidden = false;
$("theme").onclick = () => { document.documentElement.dataset.theme = isDark() ? "light" : "dark"; themed(); };
system.addEventListener("change", () => themed());

// A repeat opens when a link leads to it; for paper all open.
function openTarget() {
  const target = location.hash.length > 1 && $(location.hash.slice(1));
  if (target && target.tagName === "DETAILS") target.open = true;
}
addEventListener("hashchange", openTarget);
openTarget();
addEventListener("beforeprint", () => { for (const one of all("details")) one.open = true; });

// Scale a picture that is turned on its side, so that it fills the box it had before.
function filling(quarters, width, height) {
  return quarters % 2 && width && height ? `scale(${width / height}, ${height / width})` : "";
}

// Draw the differences from the pictures on the page, when their repeat is opened.
function drawDifferences(repeat) {
  for (const box of all("div.difference:empty", repeat)) {
    const cell = box.parentElement.previousElementSibling.querySelector("img");
    const first = cell && all(`img[data-row="${cell.dataset.row}"][data-column="0"]`, repeat)[0];
    if (!first) { box.parentElement.classList.add("only-script"); box.replaceWith(make("span", { className: "missing", textContent: "–" })); continue; }
    const under = make("img", { src: first.src, alt: "" }), other = make("img", { src: cell.src, alt: "" });
    const turned = +box.dataset.turned;
    const align = () => { other.style.transform = `scale(${box.dataset.scale}) ${filling(turned, under.naturalWidth, under.naturalHeight)} rotate(${-90 * turned}deg)`; };
    if (turned) under.addEventListener("load", align);
    other.style.transform = `scale(${box.dataset.scale})`;
    box.append(under, other);
  }
}
for (const repeat of all("details.repeat")) {
  if (repeat.open) drawDifferences(repeat);
  repeat.addEventListener("toggle", () => { if (repeat.open) drawDifferences(repeat); });
}

if ($("copy")) $("copy").onclick = async () => {
  const text = $("command").textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const range = document.createRange();
    range.selectNodeContents($("command"));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    document.execCommand("copy");
  }
  $("copy").textContent = "Copied";
};

