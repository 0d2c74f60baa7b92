
// Two players of one file, kept in step: the second shows at any moment what matches the first.
function startPlayers() {
  const one = $("v-one"), two = $("v-two"), seek = $("p-seek");
  let stretch = null, moving = 0, free = null;
  const value = (id) => $(id).value;
  const says = (text) => { $("video-says").textContent = text; };
  function option(select, words, chosen) {
    select.replaceChildren(...words.map(([v, word]) => make("option", { value: v, textContent: word, selected: String(v) === String(chosen) })));
  }
  option($("p-repeat"), Object.entries(data.repeats).map(([id, repeat]) => [id, repeat.name]), "");
  function occurrences(id, first = 0, second = 1) {
    const list = data.repeats[id].occurrences.map((o, n) => [n, `${o.number}: ${clock(o.start)}`]);
    option($("p-one"), list, first);
    option($("p-two"), list, Math.min(second, list.length - 1));
    take();
  }
  function take() {
    free = null;
    const list = data.repeats[value("p-repeat")].occurrences;
    const a = list[value("p-one")], b = list[value("p-two")];
    const backwards = a.reversed !== b.reversed;
    const pace = (b.end - b.start) / Math.max(1e-3, a.end - a.start) || 1;
    stretch = { a, b, backwards, pace: Math.abs(pace - 1) < 0.02 ? 1 : pace };
    $("p-mirror").checked = a.mirrored !== b.mirrored;
    $("p-offset").value = 0;
    mirror();
    stop();
    go(a.start);
  }
  function matching(t) {
    const later = +value("p-offset") || 0;
    if (free !== null) return t + free + later;
    const { a, b, backwards, pace } = stretch;
    return (backwards ? b.end - data.step - (t - a.start) * pace : b.start + (t - a.start) * pace) + later;
  }
  // A player shows the frame before a border that it is told to go to: go to the middle of the frame instead.
  const half = data.step / 2;
  function go(t) {
    one.currentTime = Math.max(0, t + half);
    two.currentTime = Math.max(0, matching(t) + half);
    told();
  }
  const shown = () => one.currentTime - half;
  function told() {
    $("t-one").textContent = clock(Math.max(0, shown() + 1e-4));
    $("t-two").textContent = clock(Math.max(0, two.currentTime - half + 1e-4));
    const from = free === null ? stretch.a.start : 0, to = free === null ? stretch.a.end : data.end;
    seek.value = Math.round(1000 * (shown() - from) / Math.max(1e-3, to - from));
    seek.setAttribute("aria-valuetext", $("t-one").textContent);
  }
  function step() {
    const wanted = matching(shown()) + half;
    const off = Math.abs(two.currentTime - wanted);
    if (stretch.backwards && free === null) { if (!two.seeking && off > half) two.currentTime = Math.max(0, wanted); }
    else if (off > 0.12 && !two.seeking) two.currentTime = Math.max(0, wanted);
    told();
    if (free === null && shown() >= stretch.a.end - data.step) { stop(); go(stretch.a.end - data.step); return; }
    moving = requestAnimationFrame(step);
  }
  function stop() {
    cancelAnimationFrame(moving);
    one.pause(); two.pause();
    $("p-play").textContent = "Play";
  }
  function play() {
    if (free === null && shown() >= stretch.a.end - 2 * data.step) go(stretch.a.start);
    else go(shown());
    const rate = +value("p-speed");
    one.playbackRate = rate;
    two.playbackRate = Math.min(16, Math.max(0.0625, rate * (free === null ? stretch.pace : 1)));
    const started = [one.play()];
    if (!(stretch.backwards && free === null)) started.push(two.play());
    Promise.all(started).catch(() => stop());
    $("p-play").textContent = "Pause";
    moving = requestAnimationFrame(step);
  }
  function mirror() { two.classList.toggle("mirrored", $("p-mirror").checked); }
  function nudge(frames) { stop(); go(shown() + frames * data.step); }

  $("p-repeat").onchange = () => occurrences(value("p-repeat"));
  $("p-one").onchange = $("p-two").onchange = take;
  $("p-play").onclick = () => (one.paused ? play() : stop());
  $("p-back").onclick = () => nudge(-1);
  $("p-on").onclick = () => nudge(1);
  $("p-speed").onchange = () => { if (!one.paused) { stop(); play(); } };
  $("p-offset").onchange = () => go(shown());
  $("p-mirror").onchange = mirror;
  $("p-diff").onchange = () => $("screens").classList.toggle("difference", $("p-diff").checked);
  seek.oninput = () => {
    stop();
    const from = free === null ? stretch.a.start : 0, to = free === null ? stretch.a.end - data.step : data.end;
    go(from + seek.value / 1000 * (to - from));
  };
  for (const button of all("[data-play]")) {
    button.onclick = () => {
      $("p-repeat").value = button.dataset.play;
      occurrences(button.dataset.play);
      $("players").scrollIntoView();
      $("p-play").focus({ preventScroll: true });
    };
  }
  $("plot-play").onclick = () => {
    if (!point.times) return;
    stop();
    free = point.times[1] - point.times[0];
    $("p-offset").value = 0;
    go(point.times[0]);
    $("players").scrollIntoView();
    $("p-play").focus({ preventScroll: true });
  };
  let failed = false;
  function fail() {
    if (failed) return;
    failed = true;
    $("player").hidden = true;
    $("plot-play").hidden = true;
    for (const button of all("[data-play]")) button.disabled = true;
    says(`The video could not be loaded from “${data.href}”, or this browser does not play its format. Put it there, or make this page again with --video-href. The pictures below remain.`);
  }
  let ready = 0;
  function loaded() {
    ready += 1;
    if (ready < 2 || failed) return;
    says("Both copies of the video are loaded. They play in step, without sound.");
    $("player").hidden = false;
    $("plot-play").hidden = false;
    for (const button of all("[data-play]")) button.disabled = false;
    occurrences(value("p-repeat"));
  }
  for (const video of [one, two]) {
    video.addEventListener("error", fail);
    video.addEventListener("loadedmetadata", loaded, { once: true });
    video.addEventListener("seeked", told);
    video.src = data.href;
  }
}
if (data.href && $("player")) startPlayers();

$("copy").onclick = async () => {
  const text = $("command").textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const range = document.createRange();
    range.selectNodeContents($("command"));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    document.execCommand("copy");
  }
  $("copy").textContent = "Copied";
};
themed();
