"use strict";
// Lay the later image over the earlier one; without this script the pair stands side by side.
(function () {
  var chips = document.getElementById("chips"), slider = document.getElementById("slider");
  if (!chips) return;
  var before = chips.querySelector('[data-kind="before"] .chip'), after = chips.querySelector('[data-kind="after"] .chip');
  if (!before || !after) return;
  var stack = slider.querySelector(".stack"), top = after.cloneNode(true);
  stack.appendChild(before.cloneNode(true));
  stack.appendChild(top);
  top.className += " over";
  slider.querySelector("input").addEventListener("input", function () {
    stack.style.setProperty("--at", this.value + "%");
  });
  slider.hidden = false;
})();
