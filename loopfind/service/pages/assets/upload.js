"use strict";
// Uploads: chosen or dropped files go one after another as raw bodies, each with its progress, and become jobs.
(() => {
  const form = document.getElementById("upload"), field = document.getElementById("upload-file");
  const list = document.getElementById("uploads"), says = document.getElementById("upload-says");
  const MOST = 200;
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
  function put(file, shown) {
    return new Promise((done) => {
      const request = new XMLHttpRequest(), began = Date.now();
      request.open("PUT", `/v1/uploads/${encodeURIComponent(file.name)}?keep=${form.elements.keep.checked}`);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      shown.stop.onclick = () => { request.abort(); };
      request.upload.onprogress = (event) => {
        if (!event.lengthComputable) return;
        const seconds = (Date.now() - began) / 1000, left = (event.total - event.loaded) / Math.max(1, event.loaded / Math.max(seconds, 0.1));
        shown.bar.value = event.loaded / event.total;
        shown.words.textContent = event.loaded === event.total ? "is being checked" : `${size(event.loaded)} of ${size(event.total)}${seconds > 2 ? `, ${Math.ceil(left)} s left` : ""}`;
      };
      const end = async (text, link) => {
        shown.stop.remove();
        shown.bar.remove();
        shown.words.replaceChildren(link ? make("a", { href: link, textContent: text }) : text);
        if (!link) shown.line.classList.add("failed");
        says.textContent = `${file.name}: ${text}`;
        done();
      };
      request.onload = async () => {
        if (request.status >= 200 && request.status < 300) {
          const job = JSON.parse(request.responseText);
          await end(`job ${job.id}`, `/jobs/${job.id}`);
        } else await end(`not taken: ${await reason(request.responseText)}`);
      };
      request.onerror = () => end("the connection broke: choose it again");
      request.onabort = () => end("cancelled");
      shown.words.textContent = "starts";
      request.send(file);
    });
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
