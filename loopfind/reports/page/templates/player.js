
// Two players of one file or of two, in step: the second always shows the moment that matches the first.
function startPlayers() {
  const one = $("v-one"), two = $("v-two"), seek = $("p-seek"), several = data.files.length > 1, free_play = $("plot-play");
  const lost = new Set();
  const fileOf = (video) => data.files[video.file || 0];
  const pictures = one.tagName === "VIDEO", thing = pictures ? "video" : "sound";
  let stretch = null, moving = 0, free = null;
  const sound = () => pictures && $("p-hear") ? " Their sound is off until you choose one below." : "";
  const unlike = () => data.files[0].unlike ? ` “${data.files[0].chosen}” is not the file that was scanned: its size is another, and the times may not fit.` : "";
  const value = (id) => $(id).value;
  const say = (text) => { $("video-says").textContent = text; };
  function option(select, words, chosen) {
    select.replaceChildren(...words.map(([v, word]) => make("option", { value: v, textContent: word, selected: String(v) === String(chosen) })));
  }
  option($("p-repeat"), Object.entries(data.repeats).map(([id, repeat]) => [id, repeat.name]), "");
  function occurrences(id, first = 0, second = 1) {
    const list = data.repeats[id].occurrences.map((o, n) => [n, `${several ? data.files[o.file].name : o.number}: ${clock(o.start)}`]);
    option($("p-one"), list, first);
    option($("p-two"), list, Math.min(second, list.length - 1));
    take();
  }
  function take() {
    free = null;
    const list = data.repeats[value("p-repeat")].occurrences;
    const a = list[value("p-one")], b = list[value("p-two")];
    const backwards = a.reversed !== b.reversed;
    // Both are aligned by what they show of the repeat, and play what both of them show.
    const low = Math.max(a.content_start, b.content_start), high = Math.min(a.content_end, b.content_end);
    const ends = low < high ? [timeOf(a, low), timeOf(a, high)].sort((x, y) => x - y) : [a.start, a.end];
    stretch = { a, b, backwards, pace: paceOf(a) / paceOf(b), from: ends[0], to: ends[1] };
    open(one, a.file);
    open(two, b.file);
    if (pictures) $("p-mirror").checked = a.mirrored !== b.mirrored;
    $("p-offset").value = 0;
    mirror();
    stop();
    go(stretch.from);
  }
  // Seconds of content that are shown in a second.
  const paceOf = (o) => (o.content_end - o.content_start) / Math.max(1e-3, o.end - o.start) || 1;
  const contentAt = (o, t) => (o.reversed ? o.content_end - (t - o.start) * paceOf(o) : o.content_start + (t - o.start) * paceOf(o));
  const timeOf = (o, c) => o.start + (o.reversed ? o.content_end - c : c - o.content_start) / paceOf(o);
  function matching(t) {
    const later = +value("p-offset") || 0;
    if (free !== null) return t + free + later;
    const { a, b, backwards } = stretch;
    return timeOf(b, contentAt(a, t)) - (backwards ? fileOf(two).step : 0) + later;
  }
  // At the time where a frame starts, a player shows the frame before it. So go to the middle of the frame.
  const half = (video) => fileOf(video).step / 2;
  function go(t) {
    one.currentTime = Math.max(0, t + half(one));
    two.currentTime = Math.max(0, matching(t) + half(two));
    showTimes();
  }
  const shown = () => one.currentTime - half(one);
  function showTimes() {
    $("t-one").textContent = clock(Math.max(0, shown() + 1e-4));
    $("t-two").textContent = clock(Math.max(0, two.currentTime - half(two) + 1e-4));
    const from = free === null ? stretch.from : 0, to = free === null ? stretch.to : data.end;
    seek.value = Math.round(1000 * (shown() - from) / Math.max(1e-3, to - from));
    seek.setAttribute("aria-valuetext", $("t-one").textContent);
  }
  function step() {
    const wanted = matching(shown()) + half(two);
    const off = Math.abs(two.currentTime - wanted);
    if (stretch.backwards && free === null) { if (!two.seeking && off > half(two)) two.currentTime = Math.max(0, wanted); }
    else if (off > 0.12 && !two.seeking) two.currentTime = Math.max(0, wanted);
    showTimes();
    if (free === null && shown() >= stretch.to - fileOf(one).step) { stop(); go(stretch.to - fileOf(one).step); return; }
    moving = requestAnimationFrame(step);
  }
  function stop() {
    cancelAnimationFrame(moving);
    one.pause(); two.pause();
    $("p-play").textContent = "Play";
  }
  function play() {
    if (free === null && shown() >= stretch.to - 2 * fileOf(one).step) go(stretch.from);
    else go(shown());
    const rate = +value("p-speed");
    one.playbackRate = rate;
    two.playbackRate = Math.min(16, Math.max(0.0625, rate * (free === null ? stretch.pace : 1)));
    // A sound that was played faster, and so higher, is as the first one was where its pitch goes with the speed.
    const higher = stretch.b.pitch ? stretch.b.pitch / (stretch.a.pitch || 1) * stretch.pace : 0;
    two.preservesPitch = free !== null || rate !== 1 || Math.abs(higher - 1) > 0.02;
    const started = [one.play()];
    if (!(stretch.backwards && free === null)) started.push(two.play());
    Promise.all(started).catch(() => stop());
    $("p-play").textContent = "Pause";
    moving = requestAnimationFrame(step);
  }
  // Turn the second like the first: undo its own turn and mirror, then apply those of the first.
  function mirror() {
    if (!pictures) return;
    const { a, b } = stretch, quarters = Math.round((a.turned - b.turned) / 90), flat = "scaleX(-1)";
    const held = [a.mirrored ? flat : "", `rotate(${a.turned - b.turned}deg)`, b.mirrored ? flat : ""].join(" ");
    const extra = $("p-mirror").checked !== (a.mirrored !== b.mirrored) ? flat : "";
    const wide = two.clientWidth, high = two.clientHeight, small = Math.min(wide / high, high / wide);
    let fit = "";
    if (quarters % 2 && wide && high) fit = $("p-diff").checked ? filling(quarters, wide, high) : `scale(${small})`;
    two.style.transform = `${extra} ${fit} ${held}`;
  }
  function nudge(way) { stop(); go(shown() + way * (pictures ? fileOf(one).step : 1)); }
  function hear() {
    const heard = value("p-hear").split(" ");
    one.muted = !heard.includes("one");
    two.muted = !heard.includes("two");
  }

  $("p-repeat").onchange = () => occurrences(value("p-repeat"));
  $("p-one").onchange = $("p-two").onchange = take;
  $("p-play").onclick = () => (one.paused ? play() : stop());
  $("p-back").onclick = () => nudge(-1);
  $("p-on").onclick = () => nudge(1);
  if ($("p-hear")) $("p-hear").onchange = hear;
  $("p-speed").onchange = () => { if (!one.paused) { stop(); play(); } };
  $("p-offset").onchange = () => go(shown());
  if (pictures) {
    $("p-mirror").onchange = mirror;
    $("p-diff").onchange = () => { $("screens").classList.toggle("difference", $("p-diff").checked); mirror(); };
  }
  seek.oninput = () => {
    stop();
    const from = free === null ? stretch.from : 0, to = free === null ? stretch.to - fileOf(one).step : data.end;
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
  for (const button of all("[data-listen]")) {
    button.onclick = () => {
      const number = button.dataset.number - 1;
      $("p-repeat").value = button.dataset.listen;
      occurrences(button.dataset.listen, number, number ? 0 : 1);
      $("p-hear").value = "one";
      hear();
      play();
    };
  }
  if (free_play) free_play.onclick = () => {
    if (!point.times) return;
    stop();
    free = point.times[1] - point.times[0];
    $("p-offset").value = 0;
    go(point.times[0]);
    $("players").scrollIntoView();
    $("p-play").focus({ preventScroll: true });
  };
  function offer(shown) {
    $("player").hidden = !shown;
    if (!several) $("pick").hidden = shown;
    if (free_play) free_play.hidden = !shown;
    for (const button of all("[data-play], [data-listen]")) button.disabled = !shown;
  }
  function open(video, file) {
    if (video.file === file) { if (several) describe(); return; }
    video.file = file;
    if (data.files[file].href) video.src = data.files[file].href;
    else { video.removeAttribute("src"); lost.add(file); }
    if (several) describe();
  }
  // Of several files, the others can be played where one cannot.
  function describe() {
    const missing = [one, two].find((video) => lost.has(video.file));
    if (missing && several) say(`“${fileOf(missing).name}” could not be loaded, or this browser does not play its format. Others may; the pictures below remain.`);
    else if (several) say(`${fileOf(one).name} beside ${fileOf(two).name}, in step.${sound()}`);
    else say(`Both copies of the ${thing} are loaded. They play in step.${sound()}${unlike()}`);
  }
  function fail(video) {
    lost.add(video.file);
    offer(several);
    if (several) describe();
    else if (data.files[0].chosen) say(`This browser does not play “${data.files[0].chosen}”. The pictures below remain.`);
    else say(`The ${thing} could not be loaded from “${data.files[0].href}”, or this browser does not play its format. Choose it below, or put it there. The pictures remain without it.`);
  }
  function loaded() {
    if ([one, two].some((video) => video.readyState < 1 || lost.has(video.file))) return;
    offer(true);
    describe();
    mirror();
  }
  // Files that a person chooses or drops: each is the one of its name, or else the first one that could not be loaded.
  function choose(files) {
    for (const file of files) {
      const named = data.files.findIndex((known) => known.name.split("/").pop() === file.name);
      const wanted = named >= 0 ? named : Math.max(0, data.files.findIndex((known, at) => lost.has(at) || !known.href));
      const known = data.files[wanted];
      Object.assign(known, { given: known.given ?? known.href, href: URL.createObjectURL(file), chosen: file.name, unlike: known.size !== null && known.size !== file.size });
      lost.delete(wanted);
    }
    for (const video of [one, two]) {
      const file = video.file;
      if (!data.files[file].chosen) continue;
      video.file = null;
      open(video, file);
    }
    go(stretch.from);
  }
  // The links to the moments of a file that was chosen lead into the players: it need not lie where they point.
  addEventListener("click", (event) => {
    const link = event.target.closest("a[href*='#t=']"), [way, time] = link ? link.getAttribute("href").split("#t=") : [];
    const at = data.files.findIndex((known) => known.chosen && known.given === way);
    if (at < 0 || !one.src) return;
    event.preventDefault();
    stop();
    free = 0;
    open(one, at);
    open(two, at);
    go(+time);
    $("players").scrollIntoView();
  });
  $("p-file").onchange = () => choose($("p-file").files);
  addEventListener("dragover", (event) => { event.preventDefault(); document.body.classList.add("dragged"); });
  for (const end of ["dragleave", "drop"]) addEventListener(end, () => document.body.classList.remove("dragged"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    const [notes, films] = [true, false].map((json) => [...event.dataTransfer.files].filter((file) => file.name.endsWith(".json") === json));
    if (notes.length && typeof loadReview === "function") loadReview(notes[0]);
    if (films.length) { choose(films); $("players").scrollIntoView(); }
  });
  for (const video of [one, two]) {
    video.addEventListener("error", () => fail(video));
    video.addEventListener("loadedmetadata", loaded);
    video.addEventListener("seeked", showTimes);
  }
  occurrences(value("p-repeat"));
}
if ($("player")) startPlayers();
themed();
