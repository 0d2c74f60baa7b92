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
    pen.globalAlpha = review(span.repeat).decision === "reject" ? 0.25 : 1;
    pen.fillRect(left, y, wide, tall - 5);
    pen.globalAlpha = 1;
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

