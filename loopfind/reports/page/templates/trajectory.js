// The path of a camera through its maps, flat and from the side; the picture of a moment; the score over time.
const STEPS = 48, FLAT = { around: 0, tilt: Math.PI / 2 }, SIDE = { around: -0.6, tilt: 0.45 };
const LIGHT = [[23, 63, 138], [106, 61, 154], [181, 54, 122], [224, 88, 63], [229, 154, 28]];
const BRIGHT = [[91, 150, 240], [160, 125, 235], [230, 110, 180], [255, 140, 105], [255, 210, 102]];
const span = Math.max(data.end - data.start, 1e-6);
const flat = $("flat"), deep = $("deep"), score = $("score"), time = $("path-time");
let shown = data.maps.length ? data.maps[0][0] : null, turn = { ...SIDE }, moment = null, zoom = 1;

function timeColour(part) {
  const stops = isDark() ? BRIGHT : LIGHT, place = Math.min(1, Math.max(0, part)) * (stops.length - 1);
  const low = Math.min(Math.floor(place), stops.length - 2);
  return `rgb(${stops[low].map((a, n) => Math.round(a + (stops[low + 1][n] - a) * (place - low))).join(",")})`;
}

// What is drawn of each map: its points, and the box around them.
const opened = new Set(data.breaks), maps = new Map();
for (const [id] of data.maps) maps.set(id, { points: [], low: [1e99, 1e99, 1e99], high: [-1e99, -1e99, -1e99] });
data.point_maps.forEach((id, at) => {
  const one = maps.get(id);
  one.points.push(at);
  for (let n = 0; n < 3; n++) {
    one.low[n] = Math.min(one.low[n], data.positions[3 * at + n]);
    one.high[n] = Math.max(one.high[n], data.positions[3 * at + n]);
  }
});
const most = [...maps].sort((a, b) => b[1].points.length - a[1].points.length)[0];
if (most) shown = most[0];

// A view of the chosen map on a canvas: a function from a point to pixels.
function lens(canvas, turned) {
  const { low, high } = maps.get(shown), size = high.map((one, n) => Math.max(one - low[n], 1e-9));
  const here = zoom > 1 && moment !== null ? pointAt(moment) : -1, wide = canvas.clientWidth, tall = canvas.clientHeight;
  const middle = here >= 0 && data.point_maps[here] === shown ? pointOf(here) : low.map((one, n) => (one + high[n]) / 2);
  const scale = zoom * (turned ? 0.92 * Math.min(wide, tall) / Math.hypot(...size) : 0.82 * Math.min(wide / size[0], tall / size[1]));
  const { around, tilt } = turned || FLAT;
  const ca = Math.cos(around), sa = Math.sin(around), ct = Math.cos(tilt), st = Math.sin(tilt);
  return (x, y, z) => {
    x -= middle[0]; y -= middle[1]; z -= middle[2];
    return [wide / 2 + (x * ca - y * sa) * scale, tall / 2 - (z * ct + (x * sa + y * ca) * st) * scale];
  };
}
const pointOf = (at) => [data.positions[3 * at], data.positions[3 * at + 1], data.positions[3 * at + 2]];

function sheet(canvas) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * ratio; canvas.height = canvas.clientHeight * ratio;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  pen.lineJoin = "round";
  pen.font = "12px system-ui, sans-serif";
  return pen;
}
function word(pen, text, x, y, ink) {
  pen.lineWidth = 3; pen.strokeStyle = colour("--card"); pen.strokeText(text, x, y);
  pen.fillStyle = ink; pen.fillText(text, x, y);
}
function trace(pen, points, see, wanted = () => true) {
  pen.beginPath();
  let last = -2;
  points.forEach((at, n) => {
    if (!wanted(data.times[at])) return;
    const [x, y] = see(...pointOf(at));
    if (last === n - 1 && !opened.has(at)) pen.lineTo(x, y); else pen.moveTo(x, y);
    last = n;
  });
  pen.stroke();
}
function box(pen, see) {
  const { low, high } = maps.get(shown), corner = (n) => see(...low.map((one, axis) => (n >> axis & 1 ? high[axis] : one)));
  pen.strokeStyle = colour("--line"); pen.lineWidth = 1; pen.beginPath();
  for (let n = 0; n < 8; n++) for (const other of [n | 1, n | 2, n | 4]) if (other !== n) { pen.moveTo(...corner(n)); pen.lineTo(...corner(other)); }
  pen.stroke();
  ["first", "second", "third"].forEach((name, axis) => {
    const [a, b] = [corner(0), corner(1 << axis)];
    pen.textAlign = "center";
    word(pen, name, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2 + 4, colour("--soft"));
  });
}
function draw(canvas, turned) {
  if (!canvas || !canvas.clientWidth || !maps.get(shown)?.points.length) return;
  const pen = sheet(canvas), see = lens(canvas, turned), points = maps.get(shown).points;
  const near = +$("path-near").value, within = (t) => !near || moment === null || Math.abs(t - moment) <= near;
  if (turned) box(pen, see);
  for (const [start, end, same] of data.again) {
    pen.strokeStyle = colour(same ? "--same" : "--like"); pen.lineWidth = 7;
    trace(pen, points, see, (t) => t >= start && t < end);
  }
  pen.lineWidth = 1;
  if (near) { pen.strokeStyle = colour("--line"); trace(pen, points, see); }
  // The colours are drawn in a mixed order, so that the end does not hide all that was before.
  const runs = [];
  let run = null;
  points.forEach((at, n) => {
    const t = data.times[at], step = Math.floor((t - data.start) / span * STEPS);
    if (!within(t) || opened.has(at)) run = null;
    if (!within(t)) return;
    if (!run || run.step !== step) {
      if (run) run.points.push(at);
      run = { step, points: [at] };
      runs.push(run);
    } else run.points.push(at);
  });
  runs.map((one, n) => [n * 0.6180339887 % 1, one]).sort((a, b) => a[0] - b[0]).forEach(([, one]) => {
    pen.strokeStyle = timeColour(one.step / STEPS); pen.lineWidth = near ? 1.8 : 1.1;
    pen.beginPath();
    one.points.forEach((at, n) => { const [x, y] = see(...pointOf(at)); if (n) pen.lineTo(x, y); else pen.moveTo(x, y); });
    pen.stroke();
  });
  const bad = colour("--unusual"), ink = colour("--ink"), card = colour("--card");
  for (const [, map, start, end] of data.events) {
    if (map !== shown) continue;
    for (const [wide, drawn] of [[5, card], [2.4, bad]]) {
      pen.strokeStyle = drawn; pen.lineWidth = wide;
      trace(pen, points, see, (t) => t >= start && t < end);
    }
  }
  for (const mark of marks(see)) {
    pen.beginPath(); pen.arc(mark.x, mark.y, mark.radius, 0, 2 * Math.PI);
    if (mark.event) { pen.fillStyle = bad; pen.fill(); pen.strokeStyle = card; pen.lineWidth = 1.5; pen.stroke(); }
    else { pen.strokeStyle = card; pen.lineWidth = 4; pen.stroke(); pen.strokeStyle = ink; pen.lineWidth = 1.8; pen.stroke(); }
  }
  const here = moment === null ? -1 : pointAt(moment);
  if (here >= 0 && data.point_maps[here] === shown) {
    const [x, y] = see(...pointOf(here));
    for (const [wide, drawn] of [[6, card], [3, colour("--focus")]]) {
      pen.strokeStyle = drawn; pen.lineWidth = wide;
      pen.beginPath(); pen.arc(x, y, 9, 0, 2 * Math.PI); pen.stroke();
    }
  }
  const taken = [];
  for (const mark of marks(see)) name(pen, mark, taken, mark.event ? bad : ink);
}
// Write a name beside its circle, where none stands yet.
function name(pen, mark, taken, ink) {
  const wide = pen.measureText(mark.name).width, gap = mark.radius + (mark.event ? 9 : 5);
  const sides = [[gap, 4, "left", 0], [-gap, 4, "right", -wide], [0, -gap, "center", -wide / 2], [0, gap + 9, "center", -wide / 2], [gap, -gap, "left", 0]];
  const boxes = sides.map(([right, down, , left]) => [mark.x + right + left, mark.y + down - 10, wide, 13]);
  const meet = (a, b) => a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3];
  const free = Math.max(0, boxes.findIndex((box) => box[0] > 0 && box[0] + wide < pen.canvas.clientWidth && !taken.some((other) => meet(box, other))));
  taken.push(boxes[free]);
  pen.textAlign = sides[free][2];
  word(pen, mark.name, mark.x + sides[free][0], mark.y + sides[free][1], ink);
}
function marks(see) {
  const found = [];
  for (const [map, id, x, y, z, share, t] of data.placed) {
    if (map !== shown) continue;
    const [px, py] = see(x, y, z);
    found.push({ x: px, y: py, radius: Math.max(4, 30 * Math.sqrt(share)), name: String(id), time: t, event: false });
  }
  for (const [id, map, , , peak] of data.events) {
    const at = pointAt(peak);
    if (map !== shown || at < 0 || data.point_maps[at] !== shown) continue;
    const [px, py] = see(...pointOf(at));
    found.push({ x: px, y: py, radius: 5, name: `u${id}`, time: peak, event: true });
  }
  return found;
}
// The drawn point, or picture, that is nearest in time; -1 where there is none.
function nearest(times, t) {
  let low = 0, high = times.length;
  while (low < high) { const half = (low + high) >> 1; if (times[half] < t) low = half + 1; else high = half; }
  if (low > 0 && (low === times.length || t - times[low - 1] <= times[low] - t)) low -= 1;
  return times.length ? low : -1;
}
const pointAt = (t) => nearest(data.times, t);

function drawScore() {
  if (!score || !score.clientWidth) return;
  const pen = sheet(score), wide = score.clientWidth, tall = score.clientHeight, left = 28, low = tall - 22;
  const x = (t) => left + (t - data.start) / span * (wide - left - 8);
  const [times, scores] = data.curve, soft = colour("--soft"), bad = colour("--unusual");
  const top = Math.min(10, Math.max(2, ...scores.filter((one) => one !== null), ...data.events.map((one) => one[5])));
  const y = (one) => low - Math.min(one, top) / top * (low - 24);
  for (let n = 0; n < 100; n++) { pen.fillStyle = timeColour(n / 99); pen.fillRect(left + n / 100 * (wide - left - 8), 0, (wide - left - 8) / 100 + 1, 8); }
  pen.fillStyle = colour("--line");
  for (const [start, end] of data.learned) pen.fillRect(x(start), low - 6, Math.max(1, Math.min(x(end), wide - 8) - x(start)), 6);
  for (const [value, ink] of [[0, colour("--line")], [1, soft]]) { pen.fillStyle = ink; pen.fillRect(left, y(value), wide - left - 8, 1); pen.fillStyle = soft; pen.textAlign = "right"; pen.fillText(String(value), left - 6, y(value) + 4); }
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];
  const step = steps.find((one) => span / one <= Math.max(2, wide / 110)) || 86400;
  pen.textAlign = "center";
  for (let t = Math.ceil(data.start / step) * step; t <= data.end; t += step) {
    const text = clock(t).split(".")[0], half = pen.measureText(text).width / 2;
    pen.fillText(text, Math.min(Math.max(x(t), half), wide - half), tall - 6);
  }
  pen.strokeStyle = colour("--ink"); pen.lineWidth = 1.1; pen.beginPath();
  let going = false;
  times.forEach((t, n) => {
    if (scores[n] === null) { going = false; return; }
    if (going) pen.lineTo(x(t), y(scores[n])); else pen.moveTo(x(t), y(scores[n]));
    going = true;
  });
  pen.stroke();
  let free = -99;
  for (const [id, , , , peak, value] of [...data.events].sort((a, b) => a[4] - b[4])) {
    pen.fillStyle = bad; pen.beginPath(); pen.arc(x(peak), y(value), 4, 0, 2 * Math.PI); pen.fill();
    if (x(peak) > free) { word(pen, `u${id}`, Math.min(x(peak), wide - 12), y(value) - 8, bad); free = x(peak) + 22; }
  }
  if (moment !== null) { pen.fillStyle = colour("--focus"); pen.fillRect(x(moment) - 0.75, 8, 1.5, low - 8); }
}
function drawAll() { draw(flat, null); draw(deep, turn); drawScore(); }

function choose(t, kept = true) {
  moment = Math.min(data.end, Math.max(data.start, t));
  const at = pointAt(moment), still = nearest(data.still_times, moment);
  if (at >= 0 && kept && data.point_maps[at] !== shown) { shown = data.point_maps[at]; if ($("path-map")) $("path-map").value = shown; }
  time.value = moment; time.setAttribute("aria-valuetext", clock(moment));
  const parts = [], close = at >= 0 && Math.abs(data.times[at] - moment) < Math.max(5, span / 500);
  if (close) parts.push(data.point_places[at] > 0 ? `place ${data.point_places[at]}` : "on the way");
  if (close && data.scores[at] !== null) parts.push(`score ${data.scores[at].toFixed(2)}`);
  if (data.learned.some(([start, end]) => start <= moment && moment < end)) parts.push("in the baseline");
  const words = parts.length ? [make("br"), parts.join(", ")] : [];
  for (const [id, , start, end, , , why] of data.events) {
    if (start <= moment && moment < end) words.push(make("br"), make("a", { href: `#unusual-${id}`, textContent: `unusual ${id}` }), `: ${why}`);
  }
  if (still >= 0) {
    const t = data.still_times[still], off = Math.abs(t - moment), href = data.links[still];
    $("path-shot").replaceChildren(make("img", { src: `data:image/jpeg;base64,${data.stills[still]}`, alt: `Frame at ${clock(t)}` }));
    const place = href ? make("a", { href, textContent: clock(t), className: "time", rel: "noreferrer" }) : make("span", { textContent: clock(t), className: "time" });
    const before = off > 0.1 ? [make("span", { textContent: clock(moment), className: "time" }), "; the nearest picture is that of "] : [];
    $("path-says").replaceChildren(...before, place, ...words);
  } else {
    $("path-shot").replaceChildren(make("span", { className: "missing", textContent: "no picture" }));
    $("path-says").replaceChildren(make("span", { textContent: clock(moment), className: "time" }), ...words);
  }
  drawAll();
}
function pick(canvas, turned, event) {
  const see = lens(canvas, turned), box = canvas.getBoundingClientRect();
  const px = event.clientX - box.left, py = event.clientY - box.top;
  let best = null, t = null;
  for (const mark of marks(see)) {
    const off = Math.hypot(mark.x - px, mark.y - py);
    // Events are small; the rim and the number of a place stand for it, its inside for the moments there.
    if (off < (mark.event ? 10 : mark.radius * 0.4 + 4) && (best === null || off < best)) { best = off; t = mark.time; }
  }
  if (best === null) for (const at of maps.get(shown).points) {
    const [x, y] = see(...pointOf(at)), off = Math.hypot(x - px, y - py);
    if (off < 30 && (best === null || off < best)) { best = off; t = data.times[at]; }
  }
  if (t !== null) choose(t);
}
function walk(count) {
  const points = maps.get(shown).points;
  const at = moment === null ? 0 : points.findIndex((one) => data.times[one] >= moment - 1e-6) + count;
  choose(data.times[points[Math.min(points.length - 1, Math.max(0, at))]]);
}

if (flat) {
  flat.addEventListener("click", (event) => pick(flat, null, event));
  flat.addEventListener("keydown", (event) => {
    const count = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!count) return;
    event.preventDefault();
    walk(count * (event.shiftKey ? 50 : 1));
  });
  let held = null;
  deep.addEventListener("pointerdown", (event) => { held = { x: event.clientX, y: event.clientY, moved: false }; deep.setPointerCapture(event.pointerId); });
  deep.addEventListener("pointermove", (event) => {
    if (!held) return;
    const right = event.clientX - held.x, down = event.clientY - held.y;
    if (!held.moved && Math.hypot(right, down) < 4) return;
    turned(right / 150, down / 150);
    held = { x: event.clientX, y: event.clientY, moved: true };
  });
  deep.addEventListener("pointerup", (event) => { if (held && !held.moved) pick(deep, turn, event); held = null; });
  deep.addEventListener("pointercancel", () => { held = null; });
  deep.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] }[event.key];
    if (!move) return;
    event.preventDefault();
    turned(...move);
  });
  const onScore = (event) => {
    const box = score.getBoundingClientRect();
    choose(data.start + (event.clientX - box.left - 28) / (box.width - 36) * span);
  };
  score.addEventListener("pointerdown", (event) => { score.setPointerCapture(event.pointerId); onScore(event); });
  score.addEventListener("pointermove", (event) => { if (event.buttons) onScore(event); });
  Object.assign(time, { min: data.start, max: data.end, step: Math.max(0.1, span / 2000), value: data.start });
  time.addEventListener("input", () => choose(+time.value));
  $("path-near").onchange = drawAll;
  $("path-reset").onclick = () => { turn = { ...SIDE }; zoom = 1; drawAll(); };
  for (const button of all("[data-zoom]")) button.onclick = () => zoomed(button.dataset.zoom === "in" ? 1.5 : 1 / 1.5);
  for (const canvas of [flat, deep]) canvas.addEventListener("keydown", (event) => {
    const factor = { "+": 1.5, "=": 1.5, "-": 1 / 1.5 }[event.key];
    if (!factor) return;
    event.preventDefault();
    zoomed(factor);
  });
  if ($("path-map")) {
    $("path-map").value = shown;
    $("path-map").onchange = () => { shown = +$("path-map").value; drawAll(); };
  }
  for (const button of all("[data-moment]")) {
    button.onclick = () => { choose(+button.dataset.moment); $("path").scrollIntoView(); flat.focus({ preventScroll: true }); };
  }
  const watch = new ResizeObserver(drawAll);
  for (const canvas of [flat, deep, score]) watch.observe(canvas);
  redraw.push(drawAll);
  const first = [...data.events].sort((a, b) => b[5] - a[5])[0];
  choose(first ? first[4] : data.placed.length ? data.placed[0][6] : data.start);
}
function zoomed(factor) {
  zoom = Math.min(40, Math.max(1, zoom * factor));
  drawAll();
}
function turned(around, tilt) {
  turn = { around: turn.around + around, tilt: Math.min(Math.PI / 2, Math.max(-Math.PI / 2, turn.tilt + tilt)) };
  draw(deep, turn);
}
themed();
