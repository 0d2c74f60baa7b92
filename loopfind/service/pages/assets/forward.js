"use strict";
// A scan that was watched goes on to its page once that is there; whoever comes from another page stays.
(() => {
  function go() {
    const to = document.getElementById("forward");
    if (to) location.replace(to.href);
  }
  if (!document.referrer) go();
  new MutationObserver(go).observe(document.getElementById("job"), { childList: true, subtree: true });
})();
