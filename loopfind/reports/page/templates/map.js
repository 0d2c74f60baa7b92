
// The map of files: the name under the pointer, and the card that a dot leads to.
const says = $("map-says");
function mark(dot) {
  for (const one of all(".files-map .marked")) one.classList.remove("marked");
  if (!dot) return;
  dot.classList.add("marked");
  if (says) says.textContent = dot.dataset.words;
}
for (const dot of all(".files-map circle")) {
  dot.addEventListener("pointerenter", () => mark(dot));
  (dot.closest("a") || dot).addEventListener("focusin", () => mark(dot));
}
function showTarget() {
  const target = location.hash.length > 1 && $(location.hash.slice(1));
  if (!target) return;
  const card = target.closest("details");
  if (card) card.open = true;
  target.scrollIntoView();
  mark(all(".files-map a").find((one) => one.getAttribute("href") === location.hash)?.querySelector("circle"));
}
addEventListener("hashchange", showTarget);
showTarget();
