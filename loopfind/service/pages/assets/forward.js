"use strict";
// A scan that was watched goes on to its page once that is there.
new MutationObserver(() => {
  const to = document.getElementById("forward");
  if (to) location.replace(to.href);
}).observe(document.getElementById("job"), { childList: true, subtree: true });
