"use strict";
// Sort and filter the table; without this script all of it is shown in the ledger's order.
(function () {
  var table = document.getElementById("polygons"), form = document.getElementById("filter");
  var body = table.tBodies[0], rows = Array.prototype.slice.call(body.rows);
  form.hidden = false;
  function key(row, at) {
    var cell = row.cells[at];
    return cell.dataset.key || cell.textContent.trim();
  }
  Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, at) {
    head.tabIndex = 0;
    function sort() {
      var down = head.getAttribute("aria-sort") === "ascending";
      Array.prototype.forEach.call(table.tHead.rows[0].cells, function (one) { one.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      rows.sort(function (a, b) {
        return (down ? -1 : 1) * key(a, at).localeCompare(key(b, at), "zh-CN", { numeric: true });
      });
      rows.forEach(function (row) { body.appendChild(row); });
    }
    head.addEventListener("click", sort);
    head.addEventListener("keydown", function (event) { if (event.key === "Enter") sort(); });
  });
  function filter() {
    var text = form.text.value.trim().toLowerCase(), count = 0;
    rows.forEach(function (row) {
      row.hidden = (form.status.value && row.dataset.status !== form.status.value) ||
        (form.town.value && row.dataset.town !== form.town.value) ||
        (text && row.textContent.toLowerCase().indexOf(text) < 0);
      if (!row.hidden) count += 1;
    });
    form.count.value = count;
  }
  form.addEventListener("input", filter);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  filter();
})();
// Zoom and drag the map; marks and letters keep their size.
(function () {
  var map = document.getElementById("map");
  if (!map) return;
  var whole = map.viewBox.baseVal, full = [whole.x, whole.y, whole.width, whole.height], view = full.slice();
  var marks = map.querySelectorAll(".mark > path"), letters = map.querySelectorAll(".towns text");
  function show() {
    map.setAttribute("viewBox", view.join(" "));
    var size = view[2] / full[2];
    marks.forEach(function (mark) { mark.setAttribute("transform", "scale(" + size + ")"); });
    letters.forEach(function (text) { text.style.fontSize = 15 * size + "px"; text.style.strokeWidth = 4 * size + "px"; });
    map.classList.toggle("zoomed", size < 0.99);
  }
  map.addEventListener("wheel", function (event) {
    event.preventDefault();
    var box = map.getBoundingClientRect(), by = event.deltaY < 0 ? 0.8 : 1.25;
    var size = Math.min(1, Math.max(0.002, view[2] / full[2] * by)) * full[2] / view[2];
    var x = view[0] + (event.clientX - box.left) / box.width * view[2];
    var y = view[1] + (event.clientY - box.top) / box.height * view[3];
    view = [x - (x - view[0]) * size, y - (y - view[1]) * size, view[2] * size, view[3] * size];
    show();
  }, { passive: false });
  var from = null, moved = false;
  map.addEventListener("pointerdown", function (event) { from = [event.clientX, event.clientY]; moved = false; });
  window.addEventListener("pointermove", function (event) {
    if (!from) return;
    var box = map.getBoundingClientRect(), dx = event.clientX - from[0], dy = event.clientY - from[1];
    if (!moved && Math.abs(dx) + Math.abs(dy) < 5) return;
    moved = true;
    view[0] -= dx / box.width * view[2];
    view[1] -= dy / box.height * view[3];
    from = [event.clientX, event.clientY];
    show();
  });
  window.addEventListener("pointerup", function () { from = null; });
  map.addEventListener("click", function (event) { if (moved) event.preventDefault(); });
  map.addEventListener("dragstart", function (event) { event.preventDefault(); });
  map.addEventListener("dblclick", function () { view = full.slice(); show(); });
})();
