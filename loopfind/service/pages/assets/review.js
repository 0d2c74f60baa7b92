"use strict";
// The keys of the review. Each presses a button or follows a link that is on the page, so that all goes without keys.
(() => {
  const by = (id) => document.getElementById(id);
  const press = (id) => () => { const one = by(id); if (one && !one.disabled) one.click(); };
  const KEYS = {
    j: press("next"),
    k: press("previous"),
    a: press("accept"),
    r: press("reject"),
    o: press("reopen"),
    u: press("undo"),
    n: () => by("note") && by("note").focus(),
    1: press("keep-0"),
    2: press("keep-1"),
    0: press("keep-all"),
    p: press("p-play"),
    d: press("p-diff"),
    "?": () => { by("keys").open = !by("keys").open; if (by("keys").open) by("keys").querySelector("summary").focus(); },
  };
  // Whoever dictates, or types for other programs, can turn the keys off; the browser keeps that.
  const used = by("use-keys"), place = "loopfind-review-keys";
  try { used.checked = localStorage.getItem(place) !== "off"; } catch { /* this browser keeps nothing */ }
  used.onchange = () => { try { localStorage.setItem(place, used.checked ? "on" : "off"); } catch { /* as above */ } };
  addEventListener("keydown", (event) => {
    const field = event.target.closest("input:not([type=checkbox], [type=range], [type=radio]), select, textarea");
    if (event.key === "Escape" && field) field.blur();
    const does = KEYS[event.key.toLowerCase()];
    if (!does || field || !used.checked || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    does();
  });
  // Enter in the note saves the note alone; without this the first button of the form would be pressed.
  const note = by("note");
  if (note) note.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    by("save-note").click();
  });
})();
