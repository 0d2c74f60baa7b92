// The matrix: a square for each two files, the darker the more of its row's file is in its column's.
function startMatrix() {
  const board = $("matrix"), { order, cells } = data.matrix, n = order.length;
  const name = (at) => data.files[order[at]].name;
  const known = new Map();
  for (const [i, j, one, other, seconds, repeat] of cells) {
    known.set(i * n + j, { part: one, back: other, seconds, repeat });
    known.set(j * n + i, { part: other, back: one, seconds, repeat });
  }
  let side = 1, margin = 0, at = null;
  function draw() {
    const ratio = window.devicePixelRatio || 1, width = board.clientWidth;
    if (!width) return;
    const named = n <= 40 && width > 420;
    margin = named ? Math.min(240, width * 0.35) : 6;
    side = Math.min(44, (width - margin - 6) / n);
    const height = Math.ceil(side * n + 12);
    board.style.height = `${height}px`;
    board.width = width * ratio; board.height = height * ratio;
    const pen = board.getContext("2d");
    pen.scale(ratio, ratio);
    const ink = colour("--soft"), rule = colour("--line"), soft = colour("--soft"), gap = side > 8 ? 1 : 0;
    pen.font = "12px system-ui, sans-serif"; pen.textAlign = "right"; pen.textBaseline = "middle";
    for (let i = 0; i < n; i++) {
      if (named) {
        pen.globalAlpha = 1;
        let word = name(i);
        while (word.length > 4 && pen.measureText(word).width > margin - 16) word = `…${word.slice(2)}`;
        pen.fillStyle = soft; pen.fillText(word, margin - 8, 6 + (i + 0.5) * side);
      }
      for (let j = 0; j < n; j++) {
        const cell = known.get(i * n + j);
        if (!cell && i !== j && side < 3) continue;
        pen.globalAlpha = cell ? 0.2 + 0.8 * cell.part : 1;
        pen.fillStyle = cell ? ink : rule;
        if (!cell && i !== j) pen.globalAlpha = 0.35;
        pen.fillRect(margin + j * side, 6 + i * side, side - gap, side - gap);
      }
    }
    pen.globalAlpha = 1;
    if (at) { pen.strokeStyle = colour("--ink"); pen.lineWidth = 2; pen.strokeRect(margin + at[1] * side, 6 + at[0] * side, side, side); }
  }
  function describe(i, j) {
    if (i < 0 || j < 0 || i >= n || j >= n) return null;
    const cell = known.get(i * n + j);
    if (i === j) $("matrix-says").textContent = name(i);
    else if (!cell) $("matrix-says").textContent = `${name(i)} shows nothing of ${name(j)}`;
    else {
      const percent = Math.round(1000 * cell.part) / 10;
      $("matrix-says").textContent = `${name(i)} shares ${Math.round(10 * cell.seconds) / 10} s with ${name(j)}: ${percent}% of it`;
    }
    return cell;
  }
  const place = (event) => [Math.floor((event.offsetY - 6) / side), Math.floor((event.offsetX - margin) / side)];
  board.addEventListener("pointermove", (event) => {
    const cell = describe(...place(event));
    board.style.cursor = cell && cell.repeat ? "pointer" : "default";
  });
  function go(cell) { if (cell && cell.repeat) location.hash = `repeat-${cell.repeat}`; }
  board.addEventListener("click", (event) => go(describe(...place(event))));
  board.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (event.key === "Enter" && at) { go(describe(...at)); return; }
    if (!move) return;
    event.preventDefault();
    const [i, j] = at || [0, 0];
    at = [Math.min(n - 1, Math.max(0, i + move[0])), Math.min(n - 1, Math.max(0, j + move[1]))];
    describe(...at);
    draw();
  });
  new ResizeObserver(() => draw()).observe(board.parentElement);
  redraw.push(draw);
}
if ($("matrix")) startMatrix();

