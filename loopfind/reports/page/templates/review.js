
// The review: accept, reject, note. The browser keeps it under the digest of the report, and it is saved as JSON.
function startReview() {
  const place = `loopfind-review-${data.review.key}`, before = new Map();
  const says = (text) => { $("review-says").textContent = text; };
  const WORDS = { accept: "accepted", reject: "rejected" };
  function take(findings) {
    for (const one of findings) {
      if (!Number.isInteger(one.id)) continue;
      before.set(one.id, one);
      decided.set(one.id, { decision: Object.hasOwn(WORDS, one.decision) ? one.decision : null, note: String(one.note || "") });
    }
  }
  take(data.review.findings);
  try {
    take(JSON.parse(localStorage.getItem(place) || "[]"));
  } catch { /* this browser keeps nothing, or something else */ }
  function findings() {
    const known = [...decided].filter(([, one]) => one.decision || one.note).sort(([a], [b]) => a - b);
    return known.map(([id, { decision, note }]) => {
      const first = data.repeats[id] && data.repeats[id].occurrences[0], old = before.get(id) || {};
      return { id, decision, note, start: first ? first.start : old.start ?? null, end: first ? first.end : old.end ?? null };
    });
  }
  function draw(id) {
    const card = $(`repeat-${id}`), row = found.querySelector(`tr[data-finding="${id}"]`), { decision, note } = review(id);
    const words = [WORDS[decision], note && "noted"].filter(Boolean).join(", ");
    for (const node of [card, row]) {
      if (!node) continue;
      node.classList.toggle("rejected", decision === "reject");
      node.querySelector(".decision").textContent = words;
    }
    if (!card) return;
    for (const button of all("[data-decide]", card)) button.setAttribute("aria-pressed", button.dataset.decide === decision);
    const field = card.querySelector("[data-note]");
    if (field.value !== note) field.value = note;
  }
  function keep(id) {
    draw(id);
    for (const redrawn of redraw) redrawn();
    count();
    try {
      localStorage.setItem(place, JSON.stringify(findings()));
    } catch {
      says("This browser keeps no review: save it before you leave.");
    }
  }
  function count() {
    const states = rows.map((row) => review(row.dataset.finding).decision);
    const of = (state) => states.filter((one) => one === state).length;
    says(`${of("accept")} accepted, ${of("reject")} rejected, ${of(null)} not decided`);
  }
  function decide(id, decision) {
    const known = review(id), again = known.decision === decision;
    decided.set(+id, { ...known, decision: again ? null : decision });
    keep(id);
    says(`${data.repeats[id].name} ${again ? "is not decided" : WORDS[decision]}. ${$("review-says").textContent}`);
  }
  function save() {
    const whole = { schema: 1, report: data.review.report, findings: findings() };
    const url = URL.createObjectURL(new Blob([`${JSON.stringify(whole, null, 2)}\n`], { type: "application/json" }));
    const name = `${data.review.report.video.replace(/\.[^.]*$/, "")}.review.json`;
    make("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
    says(`Saved as ${name}, where this browser puts downloads.`);
  }
  async function load(file) {
    try {
      const whole = JSON.parse(await file.text()), of = whole.report, own = data.review.report;
      if (whole.schema !== 1 || !Array.isArray(whole.findings)) throw new Error("it is no review");
      if (of.digest && own.digest && of.digest !== own.digest) throw new Error(`it is of another video, ${of.video}`);
      const unlike = whole.findings.find(({ id, start }) => data.repeats[id] && start != null && Math.abs(data.repeats[id].occurrences[0].start - start) > 0.05);
      if (unlike) throw new Error("it is of another answer");
      take(whole.findings);
      for (const { id } of whole.findings) keep(id);
      filter();
      says(`Taken in from ${file.name}. ${$("review-says").textContent}`);
    } catch (error) {
      says(`“${file.name}” cannot be taken in: ${error instanceof SyntaxError ? "it is not JSON" : error.message}.`);
    }
  }

  let at = null;  // the finding that keys act on
  const cards = () => all("details.repeat").filter((card) => !card.hidden);
  function current() {
    const near = document.activeElement && document.activeElement.closest("details.repeat, tr[data-finding]");
    if (near) at = near.dataset.repeat || near.dataset.finding;
    return at;
  }
  function step(way) {
    const shown = cards(), id = current();
    if (!shown.length) return;
    const next = id === null ? 0 : shown.findIndex((card) => card.dataset.repeat === String(id)) + way;
    const card = shown[Math.min(Math.max(next, 0), shown.length - 1)];
    at = card.dataset.repeat;
    card.querySelector("summary").focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
  }
  function note(card) {
    card.open = true;
    card.querySelector("[data-note]").focus();
  }
  const on = (does) => () => { const card = current() !== null && $(`repeat-${at}`); if (card) does(card); };
  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    o: on((card) => { card.open = !card.open; }),
    a: on((card) => decide(card.dataset.repeat, "accept")),
    r: on((card) => decide(card.dataset.repeat, "reject")),
    n: on(note),
    p: on((card) => card.querySelector("[data-play]").click()),
    s: save,
    "/": () => $("f-words").focus(),
  };
  addEventListener("keydown", (event) => {
    const field = event.target.closest("input:not([type=checkbox], [type=range]), select, textarea");
    if (event.key === "Escape" && field && field.dataset.note !== undefined) field.closest("details").querySelector("summary").focus();
    const does = KEYS[event.key.toLowerCase()];
    if (!does || field || !$("review-keys").checked || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    does();
  });
  const key = (word, letter) => [`${word} `, make("kbd", { textContent: letter })];
  for (const card of all("details.repeat")) {
    const choices = [["accept", "Accept", "A"], ["reject", "Reject", "R"]].map(([decision, word, letter]) => {
      const button = make("button", { type: "button", ariaPressed: "false" }, ...key(word, letter));
      button.dataset.decide = decision;
      return button;
    });
    const field = make("input", { type: "text", maxLength: 500 });
    field.dataset.note = "";
    const noted = make("label", { className: "noted" }, ...key("Note", "N"), field);
    card.querySelector("summary").append(make("span", { className: "decision" }));
    card.querySelector("summary + p").after(make("p", { className: "tools" }, ...choices, noted));
  }
  for (const button of all("[data-decide]")) {
    button.onclick = () => { decide(button.closest("details").dataset.repeat, button.dataset.decide); };
  }
  for (const field of all("[data-note]")) {
    field.addEventListener("change", () => {
      const id = field.closest("details").dataset.repeat;
      decided.set(+id, { ...review(id), note: field.value.trim() });
      keep(id);
    });
  }
  $("review-save").onclick = save;
  $("review-load").onchange = (event) => { if (event.target.files[0]) load(event.target.files[0]); event.target.value = ""; };
  for (const id of decided.keys()) draw(id);
  count();
  return load;
}
const loadReview = $("review") ? startReview() : null;
