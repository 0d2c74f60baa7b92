"use strict";
// The live path of a camera. The service sends moments, maps and events; all drawing is done here.
(() => {
  const by = (id) => document.getElementById(id);
  const KEPT = 3600, SCORES = 600, LEAST = 60, GAP = 5, TINTS = 48;  // moments, seconds three times, steps of the colour
  const FEED = by("camera"), back = by("back"), now = by("now");
  let run = 0, moments = [], maps = [], events = [], looked = null;  // looked: seconds, null for now

  function clock(seconds) {
    const s = Math.floor(Math.max(0, seconds)), two = (n) => String(n).padStart(2, "0");
    return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  }
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const parts = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

  // From the oldest to the newest, as the legend shows it (.ramp)
  function ramp() {
    const stops = ["--c0", "--c6", "--c3", "--c1"].map((name) => parts(colour(name)));
    return (share, alpha) => {
      const at = Math.min(share, .9999) * (stops.length - 1), low = Math.floor(at), part = at - low;
      const mixed = stops[low].map((value, i) => Math.round(value + part * (stops[low + 1][i] - value)));
      return `rgb(${mixed.join(" ")} / ${alpha})`;
    };
  }

  function take(sent) {
    if (sent.fresh || sent.run !== run) { moments = []; looked = null; }
    if (sent.fresh || sent.maps) { maps = sent.maps || []; events = sent.events || []; }
    run = sent.run;
    for (const [time, map, x, y, place, score] of sent.moments) {
      const last = moments[moments.length - 1];
      if (last && Math.floor(last.time) === Math.floor(time)) moments.pop();  // one a second, as the service keeps them
      moments.push({ time, map, x, y, place, score });
    }
    if (moments.length > KEPT) moments.splice(0, moments.length - KEPT);
    if (looked !== null && moments.length && looked < moments[0].time) looked = moments[0].time;
    draw();
  }

  const newest = () => moments[moments.length - 1];
  function nearest(time) {
    let low = 0, high = moments.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (moments[middle].time < time) low = middle + 1; else high = middle;
    }
    const before = moments[low - 1];
    return before && time - before.time < moments[low].time - time ? before : moments[low];
  }
  const shown = () => looked === null ? newest() : nearest(looked);
  const isOdd = (time) => events.some(([start, end]) => start <= time && (end === null || time < end));

  function pen(canvas) {
    const scale = devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.font = "12px system-ui, sans-serif";
    context.lineJoin = context.lineCap = "round";
    return [context, width, height];
  }
  function dot(context, x, y, radius) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
  }

  // The path through the map that the moment shown is in: the same unit across and up
  let placed = [];  // of the moments drawn: [x, y, time]
  function drawPath() {
    const canvas = by("path"), [context, width, height] = pen(canvas), here = shown();
    const one = here && here.map !== null ? here : [...moments].reverse().find((each) => each.map !== null);
    placed = [];
    if (!one) {
      context.fillStyle = colour("--soft");
      context.fillText(here ? "Its map is being learned: there is no path yet." : "Nothing has come yet.", 16, 28);
      return;
    }
    const drawn = moments.filter((each) => each.map === one.map && each.x !== null);
    const places = (maps.find((map) => map.id === one.map) || { places: [] }).places;
    const xs = [...drawn.map((each) => each.x), ...places.map((place) => place[1])];
    const ys = [...drawn.map((each) => each.y), ...places.map((place) => place[2])];
    const span = (values) => values.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
    const [left, right] = span(xs), [low, high] = span(ys), pad = 30;
    const unit = Math.min((width - 2 * pad) / (right - left || 1), (height - 2 * pad) / (high - low || 1));
    const at = (x, y) => [width / 2 + (x - (left + right) / 2) * unit, height / 2 - (y - (low + high) / 2) * unit];
    const first = drawn.length ? drawn[0].time : 0, last = drawn.length ? drawn[drawn.length - 1].time : 0;
    const tint = ramp(), step = (time) => Math.floor((TINTS - 1) * (time - first) / (last - first || 1));

    for (const [, x, y, share] of places) {
      dot(context, ...at(x, y), 5 + 24 * Math.sqrt(share));
      context.fillStyle = colour("--tint");
      context.fill();
      context.strokeStyle = colour("--edge");
      context.lineWidth = 1;
      context.stroke();
    }
    placed = drawn.map((each) => [...at(each.x, each.y), each.time]);
    context.lineWidth = 2;
    for (let from = 0; from < placed.length;) {  // one line for each step of the colour
      const mine = step(placed[from][2]);
      let to = from + 1;
      context.beginPath();
      context.moveTo(placed[from][0], placed[from][1]);
      for (; to < placed.length; to++) {
        if (placed[to][2] - placed[to - 1][2] > GAP) break;  // nothing is known of what lies between
        context.lineTo(placed[to][0], placed[to][1]);
        if (step(placed[to][2]) !== mine) break;
      }
      context.strokeStyle = tint(mine / (TINTS - 1), .18 + .82 * (mine / (TINTS - 1)) ** 2);
      context.stroke();
      from = to;
    }
    context.fillStyle = colour("--bad");
    for (const [x, y, time] of placed) if (isOdd(time)) { dot(context, x, y, 3.5); context.fill(); }
    context.textAlign = "center";
    for (const [id, x, y] of places) {
      const [across, down] = at(x, y);
      context.strokeStyle = colour("--card");
      context.lineWidth = 3;
      context.strokeText(id, across, down + 4);
      context.fillStyle = colour("--ink");
      context.fillText(id, across, down + 4);
    }
    if (here && here.map === one.map && here.x !== null) {
      const [x, y] = at(here.x, here.y);
      dot(context, x, y, 7);
      context.fillStyle = isOdd(here.time) ? colour("--bad") : colour("--ink");
      context.fill();
      context.lineWidth = 2.5;
      context.strokeStyle = colour("--card");
      context.stroke();
    }
    by("oldest").textContent = clock(first);
    by("newest").textContent = clock(last);
  }

  // The ten minutes, or what there is of them, up to the newest moment, or around the one that is looked at, if that is older
  function timeline() {
    const last = newest() ? newest().time : SCORES;
    const end = looked !== null && looked < last - SCORES ? looked + SCORES / 2 : last;
    const first = moments.length ? moments[0].time : 0;
    return [Math.max(end - SCORES, Math.min(first, end - LEAST)), end];
  }
  function drawScore() {
    const [context, width, height] = pen(by("score")), [start, end] = timeline();
    const known = moments.filter((each) => each.score !== null && each.time >= start && each.time <= end);
    const top = Math.max(1.5, ...known.map((each) => each.score)) * 1.05, left = 30, foot = height - 20;
    const across = (time) => left + (width - left - 10) * (time - start) / (end - start);
    const down = (score) => foot - (foot - 8) * Math.max(0, score) / top;
    context.fillStyle = context.strokeStyle = colour("--soft");
    context.textAlign = "right";
    context.fillText("1", left - 7, down(1) + 4);
    context.fillText("0", left - 7, foot);
    context.textAlign = "center";
    const apart = [10, 20, 60, 120, 300].find((each) => (end - start) / each <= width / 110) || 600;
    for (let time = Math.ceil(Math.max(0, start) / apart) * apart; time <= end; time += apart) {
      const x = across(time);
      if (x > left + 18 && x < width - 26) context.fillText(clock(time), x, height - 5);
      context.fillRect(x, foot, 1, 4);
    }
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(left, foot + .5);
    context.lineTo(width - 10, foot + .5);
    context.stroke();
    context.setLineDash([5, 4]);
    context.beginPath();
    context.moveTo(left, down(1));
    context.lineTo(width - 10, down(1));
    context.stroke();
    context.setLineDash([]);
    const red = colour("--bad"), blue = colour("--link");
    context.globalAlpha = .18;
    context.fillStyle = red;
    for (const [from, to] of events) {
      const [a, b] = [Math.max(start, from), Math.min(end, to === null ? end : to)];
      if (b >= a) context.fillRect(across(a), 4, Math.max(2, across(b) - across(a)), foot - 4);
    }
    context.globalAlpha = 1;
    context.lineWidth = 1.6;
    for (let i = 1; i < known.length; i++) {
      const [a, b] = [known[i - 1], known[i]];
      if (b.time - a.time > GAP) continue;
      context.strokeStyle = Math.max(a.score, b.score) >= 1 ? red : blue;
      context.beginPath();
      context.moveTo(across(a.time), down(a.score));
      context.lineTo(across(b.time), down(b.score));
      context.stroke();
    }
    const here = shown();
    if (here && looked !== null) {
      context.fillStyle = colour("--ink");
      context.fillRect(across(here.time) - .5, 4, 1.5, foot - 4);
    }
  }

  function words(moment) {
    if (!moment) return "";
    if (moment.map === null) return `${clock(moment.time)}: its map was being learned`;
    const where = moment.place === null ? "on the way" : `at place ${moment.place}`;
    const score = moment.score === null ? "" : `, score ${moment.score.toFixed(2)}`;
    return `${clock(moment.time)}: ${where}${score}${isOdd(moment.time) ? ", unusual" : ""}`;
  }
  function drawNow() {
    const last = newest(), here = shown();
    const span = last ? Math.round(last.time - moments[0].time) : 0;
    back.min = -span;
    back.max = 0;
    back.value = looked === null || !last ? 0 : looked - last.time;
    back.setAttribute("aria-valuetext", words(here) || "nothing yet");
    now.disabled = looked === null;
    by("moment").textContent = looked === null ? "" : words(here);
  }
  let due = false;
  function draw() {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; drawNow(); drawPath(); drawScore(); });
  }

  function look(time) {
    const last = newest();
    looked = !last || time >= last.time ? null : Math.max(time, moments[0].time);
    draw();
  }
  back.oninput = () => { if (newest()) look(newest().time + Number(back.value)); };
  now.onclick = () => { look(Infinity); back.focus(); };
  by("score").onclick = (event) => {
    const [start, end] = timeline(), width = by("score").clientWidth;
    look(start + (end - start) * (event.offsetX - 30) / (width - 40));
  };
  by("path").onclick = (event) => {
    const far = ([x, y]) => (x - event.offsetX) ** 2 + (y - event.offsetY) ** 2;
    const near = placed.reduce((best, each) => best && far(best) <= far(each) ? best : each, null);
    if (near && far(near) < 900) look(near[2]);
  };
  by("lists").onclick = (event) => {
    const button = event.target.closest("button[data-moment]");
    if (!button) return;
    look(Number(button.dataset.moment));
    by("path").scrollIntoView({ block: "center" });
    back.focus({ preventScroll: true });
  };

  FEED.addEventListener("drawn", (event) => take(JSON.parse(event.detail.data)));
  // The service, or the way to it, may be gone for a while; what was missed comes with the next message.
  FEED.addEventListener("htmx:sse:error", () => { by("connection").textContent = "The connection broke; it is tried again."; });
  FEED.addEventListener("htmx:sse:after:message", () => { by("connection").textContent = ""; });
  new ResizeObserver(draw).observe(by("path"));
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
})();
