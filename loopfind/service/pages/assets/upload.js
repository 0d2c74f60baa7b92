"use strict";
// Uploads: chosen or dropped files go one after another as raw bodies, each with its progress, and become jobs.
(() => {
  const form = document.getElementById("upload"), field = document.getElementById("upload-file");
  const list = document.getElementById("uploads"), says = document.getElementById("upload-says");
  const MOST = 200, TRIES = 6;
  let queue = Promise.resolve();
  const size = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`);
  function make(tag, properties = {}, ...inner) {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...inner);
    return node;
  }
  function row(file) {
    const bar = make("progress", { max: 1, value: 0 }), words = make("span", { className: "note", textContent: "waits" });
    const stop = make("button", { type: "button", textContent: "Cancel" });
    bar.setAttribute("aria-label", `Upload of ${file.name}`);
    stop.setAttribute("aria-label", `Cancel the upload of ${file.name}`);
    const line = make("li", {}, make("span", { className: "name", textContent: file.name }), bar, words, stop);
    list.prepend(line);
    return { line, bar, words, stop };
  }
  async function reason(answer) {
    try {
      const problem = JSON.parse(answer);
      return problem.detail || problem.title;
    } catch { return "the service gave no reason"; }
  }
  // The bytes that have come of an upload whose connection broke; null where the service cannot be asked.
  async function offset(file, key) {
    try {
      const answer = await fetch(`/v1/uploads/${encodeURIComponent(file.name)}`, { method: "HEAD", headers: { "Idempotency-Key": key } });
      return answer.ok ? Number(answer.headers.get("Upload-Offset")) : null;
    } catch { return null; }
  }
  // One request with the bytes from `first` on. Gives what became of it: a job, a reason, or neither where it broke.
  function send(file, key, first, shown) {
    return new Promise((done) => {
      const request = new XMLHttpRequest(), began = Date.now();
      request.open("PUT", `/v1/uploads/${encodeURIComponent(file.name)}?keep=${form.elements.keep.checked}&clips=${form.elements.clips.checked}`);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.setRequestHeader("Idempotency-Key", key);
      if (first) request.setRequestHeader("Content-Range", `bytes ${first}-${file.size - 1}/${file.size}`);
      shown.stop.onclick = () => { request.abort(); };
      request.upload.onprogress = (event) => {
        if (!event.lengthComputable) return;
        const seconds = (Date.now() - began) / 1000, here = first + event.loaded;
        const left = (event.total - event.loaded) / Math.max(1, event.loaded / Math.max(seconds, 0.1));
        shown.bar.value = here / file.size;
        shown.words.textContent = here >= file.size ? "is being checked" : `${size(here)} of ${size(file.size)}${seconds > 2 ? `, ${Math.ceil(left)} s left` : ""}`;
      };
      request.onload = async () => {
        if (request.status < 200 || request.status >= 300) done({ reason: `not taken: ${await reason(request.responseText)}` });
        else done({ job: JSON.parse(request.responseText).id });
      };
      request.onerror = () => done({});
      request.onabort = () => done({ reason: "cancelled" });
      request.send(file.slice(first));
    });
  }
  const pause = (seconds) => new Promise((done) => { setTimeout(done, 1000 * seconds); });
  async function put(file, shown) {
    const key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    shown.words.textContent = "starts";
    let found = await send(file, key, 0, shown);
    for (let tries = 0; !found.job && !found.reason && tries < TRIES; tries++) {
      shown.words.textContent = "the connection broke; it goes on by itself";
      await pause(2 ** tries);
      const first = await offset(file, key);
      if (first !== null) found = await send(file, key, first < file.size ? first : 0, shown);
    }
    const text = found.job ? `job ${found.job}` : found.reason || "the connection broke: choose it again";
    shown.stop.remove();
    shown.bar.remove();
    shown.words.replaceChildren(found.job ? make("a", { href: `/jobs/${found.job}`, textContent: text }) : text);
    if (!found.job) shown.line.classList.add("failed");
    says.textContent = `${file.name}: ${text}`;
  }
  function take(files) {
    for (const file of [...files].slice(0, MOST)) {
      const shown = row(file);
      let given_up = false;
      shown.stop.onclick = () => { given_up = true; shown.line.remove(); };
      queue = queue.then(() => (given_up ? null : put(file, shown)));
    }
    if (files.length > MOST) says.textContent = `The first ${MOST} files are taken; choose the others after that.`;
  }
  field.onchange = () => { take(field.files); field.value = ""; };
  addEventListener("dragover", (event) => { event.preventDefault(); document.body.classList.add("dragged"); });
  for (const end of ["dragleave", "drop"]) addEventListener(end, () => document.body.classList.remove("dragged"));
  addEventListener("drop", (event) => { event.preventDefault(); take(event.dataTransfer.files); });
})();
