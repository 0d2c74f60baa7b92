"use strict";
// Before the page is drawn: that a script runs, and the colours that were chosen on another page.
document.documentElement.classList.add("scripted");
try {
  const chosen = localStorage.getItem("loopfind-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch { /* this browser keeps nothing */ }
new MutationObserver(() => {
  try {
    localStorage.setItem("loopfind-theme", document.documentElement.dataset.theme);
  } catch { /* as above */ }
}).observe(document.documentElement, { attributeFilter: ["data-theme"] });
