
// The table of all repeats: sorted by a click on the head of a column, and filtered with the cards below it.
const found = $("found");
const rows = found ? all("tbody tr", found) : [];
const cardOf = (row) => $(`repeat-${row.dataset.finding}`);
const decided = new Map();  // id of a repeat -> { decision, note }
const review = (id) => decided.get(+id) || { decision: null, note: "" };
function filter() {
  const words = $("f-words").value.trim().toLowerCase(), kind = $("f-kind").value, least = +$("f-sure").value;
  const wanted = $("f-review") ? $("f-review").value : "";
  let shown = 0;
  for (const row of rows) {
    const known = review(row.dataset.finding), cells = [...row.cells];
    const state = { "": true, open: !known.decision, noted: known.note !== "" }[wanted] ?? known.decision === wanted;
    const text = `${cells.map((cell) => cell.textContent).join(" ")} ${known.note}`.toLowerCase();
    row.hidden = !(state && (!kind || cells[1].textContent === kind) && (!least || +cells[7].dataset.value >= least) && text.includes(words));
    if (cardOf(row)) cardOf(row).hidden = row.hidden;
    shown += !row.hidden;
  }
  $("f-says").textContent = shown === rows.length ? "" : `${shown} of ${rows.length} shown`;
}
function sortBy(column, head) {
  const down = head.getAttribute("aria-sort") === "ascending";
  for (const other of all("thead th", found)) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const key = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
  const order = rows.map((row, at) => [key(row), at, row]).sort(([a, at], [b, bt]) => {
    if (a === "" || b === "") return (a === "") - (b === "") || at - bt;  // what is not known comes last
    const apart = isNaN(a) || isNaN(b) ? String(a).localeCompare(b) : a - b;
    return (down ? -apart : apart) || at - bt;
  });
  found.tBodies[0].append(...order.map(([, , row]) => row));
}
if (found) {
  all("thead th", found).forEach((head, column) => {
    const button = make("button", { type: "button", className: "sort" }, ...head.childNodes);
    button.onclick = () => sortBy(column, head);
    head.append(button);
  });
  for (const kind of new Set(rows.map((row) => row.cells[1].textContent))) $("f-kind").append(make("option", { value: kind, textContent: kind }));
  for (const id of ["f-words", "f-kind", "f-sure", "f-review"]) if ($(id)) $(id).addEventListener("input", filter);
}
