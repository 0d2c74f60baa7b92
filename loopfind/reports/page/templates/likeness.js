// The video against itself
const plot = $("plot");
const point = { x: 0.25, y: 0.75, times: null };
const length = whole[1] - whole[0];
function nearestShot(t) {
  let best = null;
  for (const image of all("img[data-time]")) {
    if (!best || Math.abs(image.dataset.time - t) < Math.abs(best.dataset.time - t)) best = image;
  }
  return best;
}
function snapped(t, u) {
  const near = 9 / plot.clientWidth * length;
  let best = null;
  for (const [repeat, one, two, a, b, c, d] of data.lines) {
    for (const turned of [false, true]) {
      const [p, q] = turned ? [u, t] : [t, u];
      const along = Math.min(1, Math.max(0, b > a ? (p - a) / (b - a) : 0));
      const from = a + along * (b - a), to = c + along * (d - c);
      const off = Math.hypot(from - p, to - q);
      if (off < near && (!best || off < best.off)) best = { off, repeat, one, two, turned, from, to };
    }
  }
  return best;
}
function matchingShots(found) {
  const images = all(`#repeat-${found.repeat} img[data-row]`);
  const ones = images.filter((image) => +image.dataset.occurrence === found.one);
  let best = null;
  for (const one of ones) {
    const two = images.find((image) => image.dataset.row === one.dataset.row && +image.dataset.occurrence === found.two);
    const off = Math.abs(one.dataset.time - found.from);
    if (two && (!best || off < best.off)) best = { off, one, two };
  }
  return best;
}
function shotFigure(image, t) {
  if (!image) return make("figure", {}, make("span", { className: "missing", textContent: "no picture" }));
  const time = image.dataset.clock;
  const place = image.dataset.link ? make("a", { href: image.dataset.link, textContent: time, className: "time", rel: "noreferrer" }) : make("span", { textContent: time, className: "time" });
  const off = Math.abs(image.dataset.time - t);
  return make("figure", {}, make("img", { src: image.src, alt: `Frame at ${time}` }), make("figcaption", {}, place, off > 0.1 ? `, the nearest picture, ${off < 10 ? off.toFixed(1) : Math.round(off)} s away` : ""));
}
function choose(x, y, snap = true) {
  point.x = Math.min(1, Math.max(0, x)); point.y = Math.min(1, Math.max(0, y));
  let t = whole[0] + point.x * length, u = whole[0] + point.y * length;
  const found = snap && snapped(t, u);
  let shots = [];
  if (found) {
    [t, u] = found.turned ? [found.to, found.from] : [found.from, found.to];
    const pair = matchingShots(found);
    if (pair) shots = found.turned ? [pair.two, pair.one] : [pair.one, pair.two];
  }
  if (!shots.length) shots = [nearestShot(t), nearestShot(u)];
  point.times = [t, u]; point.found = found;
  const [vertical, horizontal] = all(".cross", plot);
  vertical.hidden = horizontal.hidden = false;
  vertical.style.left = `${(t - whole[0]) / length * 100}%`; horizontal.style.top = `${(u - whole[0]) / length * 100}%`;
  const name = found ? `${data.repeats[found.repeat].name}: ` : "";
  $("plot-says").textContent = `${name}${clock(t)} against ${clock(u)}`;
  $("plot-shots").replaceChildren(shotFigure(shots[0], t), shotFigure(shots[1], u));
}
if (data.lines.length) {
  const [repeat, one, two, a, b, c, d] = data.lines[0];
  const pair = matchingShots({ repeat, one, two, from: (a + b) / 2 });
  const [t, u] = pair ? [+pair.one.dataset.time, +pair.two.dataset.time] : [(a + b) / 2, (c + d) / 2];
  choose((t - whole[0]) / length, (u - whole[0]) / length);
}
plot.addEventListener("click", (event) => {
  const box = plot.getBoundingClientRect();
  choose((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
});
plot.addEventListener("keydown", (event) => {
  const step = event.shiftKey ? 0.05 : 0.005;
  const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step], Enter: [0, 0], " ": [0, 0] }[event.key];
  if (!move) return;
  event.preventDefault();
  choose(point.x + move[0], point.y + move[1], move[0] === 0 && move[1] === 0);
});
for (const button of all("[data-find]")) {
  button.onclick = () => {
    const found = data.lines.find((one) => String(one[0]) === button.dataset.find);
    if (!found) return;
    choose(((found[3] + found[4]) / 2 - whole[0]) / length, ((found[5] + found[6]) / 2 - whole[0]) / length);
    $("likeness").scrollIntoView();
    plot.focus({ preventScroll: true });
  };
}

