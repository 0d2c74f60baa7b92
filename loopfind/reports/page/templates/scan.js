// Timeline
const line = $("line");
const whole = [data.start, Math.max(data.end, data.start + 0.001)];
let seen = [...whole];
let lanes = 1, bars = [];
function layOut() {
  const ends = [];
  bars = data.spans.map(([start, end, repeat, number]) => {
    let lane = ends.findIndex((until) => until <= start + 1e-6);
    if (lane < 0) lane = ends.length < 6 ? ends.length : ends.indexOf(Math.min(...ends));
    ends[lane] = Math.max(end, ends[lane] || 0);
    return { start, end, repeat, number, lane };
  });
  lanes = Math.max(1, ends.length);
}
function ticks(from, to, room) {
  const steps = [0.04, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];
  const step = steps.find((s) => (to - from) / s <= room) || 86400;
  const found = [];
  for (let t = Math.ceil(from / step) * step; t <= to; t += step) found.push(t);
  return [found, step];
}
function drawLine() {
  const ratio = window.devicePixelRatio || 1, width = line.clientWidth, height = line.clientHeight;
  if (!width) return;
  line.width = width * ratio; line.height = height * ratio;
  const pen = line.getContext("2d");
  pen.scale(ratio, ratio);
  const x = (t) => (t - seen[0]) / (seen[1] - seen[0]) * (width - 24) + 12;
  const ink = colour("--ink"), soft = colour("--soft"), rule = colour("--line"), paper = colour("--card");
  pen.font = "12px system-ui, sans-serif";
  const [marks, step] = ticks(seen[0], seen[1], Math.max(2, width / 110));
  pen.textAlign = "center";
  for (const t of marks) {
    pen.fillStyle = rule; pen.fillRect(x(t), 8, 1, height - 34);
    pen.fillStyle = soft;
    const word = step < 1 ? clock(t) : clock(t).split(".")[0];
    const half = pen.measureText(word).width / 2;
    pen.fillText(word, Math.min(Math.max(x(t), half + 4), width - half - 4), height - 9);
  }
  const top = 12, room = height - 74, tall = Math.min(44, room / lanes);
  pen.textAlign = "left";
  for (const span of bars) {
    const left = x(span.start), wide = Math.max(2, x(span.end) - left);
    if (left > width || left + wide < 0) continue;
    const y = top + span.lane * tall;
    pen.fillStyle = colour(`--c${data.repeats[span.repeat].colour}`);
    pen.fillRect(left, y, wide, tall - 5);
    if (wide > 4) { pen.fillStyle = paper; pen.fillRect(left + wide - 1, y, 1, tall - 5); }
    const word = String(span.repeat);
    if (wide > pen.measureText(word).width + 10 && tall > 17) {
      pen.fillStyle = paper; pen.font = "600 12px system-ui, sans-serif";
      pen.fillText(word, Math.max(left, 8) + 5, y + tall / 2 + 2);
    }
  }
  const low = height - 52;
  pen.fillStyle = rule; pen.fillRect(x(whole[0]), low, x(whole[1]) - x(whole[0]), 14);
  for (const [start, end, why] of data.unjudged) {
    const left = Math.max(-20, x(start)), right = Math.min(width + 20, x(end));
    if (right < 0 || left > width) continue;
    pen.save(); pen.beginPath(); pen.rect(left, low, Math.max(2, right - left), 14); pen.clip();
    pen.fillStyle = why === "blank" ? soft : paper; pen.fillRect(left, low, Math.max(2, right - left), 14);
    pen.strokeStyle = soft; pen.lineWidth = 1.6; pen.beginPath();
    for (let at = Math.floor(left / 6) * 6 - 14; why !== "blank" && at < right; at += 6) {
      pen.moveTo(at, low + 14); pen.lineTo(at + 14, low);
      if (why === "lost") { pen.moveTo(at, low); pen.lineTo(at + 14, low + 14); }
    }
    pen.stroke(); pen.restore();
    pen.font = "11px system-ui, sans-serif";
    const word = why === "lost" ? "lost" : why, room = pen.measureText(word).width;
    if (right - left > room + 14) {
      pen.fillStyle = paper; pen.fillRect((left + right - room) / 2 - 4, low + 1, room + 8, 12);
      pen.fillStyle = ink; pen.fillText(word, (left + right - room) / 2, low + 11);
    }
  }
  pen.fillStyle = ink;
  let last = -9;
  for (const t of data.cuts) {
    if (x(t) - last < 4) continue;  // nearer cuts would make one black bar
    last = x(t);
    pen.fillRect(last - 0.5, low - 6, 1.5, 22);
  }
}
function zoom(factor, about = (seen[0] + seen[1]) / 2) {
  const wide = Math.min(whole[1] - whole[0], Math.max(0.5, (seen[1] - seen[0]) * factor));
  const share = (about - seen[0]) / (seen[1] - seen[0]);
  const from = Math.min(Math.max(about - share * wide, whole[0]), whole[1] - wide);
  seen = [from, from + wide];
  drawLine();
}
function pan(seconds) {
  const wide = seen[1] - seen[0];
  const from = Math.min(Math.max(seen[0] + seconds, whole[0]), whole[1] - wide);
  seen = [from, from + wide];
  drawLine();
}
const instant = (event) => seen[0] + (event.offsetX - 12) / (line.clientWidth - 24) * (seen[1] - seen[0]);
function barAt(event) {
  const t = instant(event), near = 4 * (seen[1] - seen[0]) / line.clientWidth;
  const lane = Math.floor((event.offsetY - 12) / Math.min(44, (line.clientHeight - 74) / lanes));
  return bars.find((s) => s.lane === lane && s.start - near <= t && t <= s.end + near);
}
function read(event) {
  const bar = barAt(event), t = instant(event);
  const gap = data.unjudged.find(([start, end]) => start <= t && t < end);
  if (bar) {
    const repeat = data.repeats[bar.repeat];
    $("line-says").textContent = `${repeat.name}, ${bar.number} of ${repeat.count}: ${clock(bar.start)} to ${clock(bar.end)}`;
  } else {
    $("line-says").textContent = clock(t) + (gap ? `, not judged: ${data.why[gap[2]]}` : "");
  }
  line.style.cursor = bar ? "pointer" : "grab";
}
let held = null;
line.addEventListener("pointerdown", (event) => { held = { x: event.offsetX, moved: false }; line.setPointerCapture(event.pointerId); });
line.addEventListener("pointermove", (event) => {
  if (!held) { read(event); return; }
  const gone = event.offsetX - held.x;
  if (Math.abs(gone) > 3 || held.moved) {
    pan(-gone * (seen[1] - seen[0]) / line.clientWidth);
    held = { x: event.offsetX, moved: true };
  }
});
line.addEventListener("pointerup", (event) => {
  const bar = held && !held.moved && barAt(event);
  held = null;
  read(event);
  if (bar) location.hash = `repeat-${bar.repeat}`;
});
line.addEventListener("pointercancel", () => { held = null; });
line.addEventListener("dblclick", (event) => zoom(0.4, instant(event)));
line.addEventListener("wheel", (event) => {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  zoom(event.deltaY > 0 ? 1.3 : 1 / 1.3, instant(event));
}, { passive: false });
line.addEventListener("keydown", (event) => {
  const step = (seen[1] - seen[0]) / 8;
  const does = { ArrowLeft: () => pan(-step), ArrowRight: () => pan(step), "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), Home: () => zoom(1e9) }[event.key];
  if (!does) return;
  event.preventDefault();
  does();
  $("line-says").textContent = `Shown: ${clock(seen[0])} to ${clock(seen[1])}`;
});
for (const button of all("[data-zoom]")) {
  button.onclick = () => zoom({ in: 0.5, out: 2, all: 1e9 }[button.dataset.zoom]);
}
layOut();
new ResizeObserver(() => drawLine()).observe(line);
redraw.push(drawLine);

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

