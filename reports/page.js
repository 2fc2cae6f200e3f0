// SPDX-License-Identifier: GPL-2.0-or-later
// The pages are whole without this. It shows one step at a time, and copies commands.
"use strict";
document.documentElement.classList.add("js");

addEventListener("DOMContentLoaded", () => {
  for (const block of document.querySelectorAll("[data-copy]")) addCopyButton(block);
  const walk = document.querySelector(".walk");
  if (walk) makeStepper(walk);
  addEventListener("hashchange", unfold);
  unfold();
});

// A link into a folded part opens it.
function unfold() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let at = target; at; at = at.parentElement) if (at.localName === "details") at.open = true;
}

function addCopyButton(block) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(block.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(block);
      button.textContent = "Selected: copy it with the keyboard";
    }
    setTimeout(() => (button.textContent = "Copy"), 2500);
  });
  block.after(button);
}

function makeStepper(walk) {
  const steps = [...walk.querySelectorAll(".step")];
  const rows = [...walk.querySelectorAll("[data-step]")];
  const bar = walk.querySelector(".stepper");
  const [back, on] = bar.querySelectorAll("button");
  const status = bar.querySelector("[role=status]");
  let now = -1;

  function show(number) {
    number = Math.min(Math.max(number, 0), steps.length - 1);
    if (number === now) return;
    if (now >= 0) mark(now, false);
    mark((now = number), true);
    status.textContent = `Step ${now} of ${rows.length - 1}`;
    back.disabled = now === 0;
    on.disabled = now === steps.length - 1;
  }
  function mark(number, current) {
    steps[number].classList.toggle("current", current);
    if (current) rows[number].setAttribute("aria-current", "step");
    else rows[number].removeAttribute("aria-current");
  }
  function go(number) {
    show(number);
    history.replaceState(null, "", `#step-${now}`);
  }
  function fromAddress() {
    const step = /^#step-(\d+)$/.exec(location.hash);
    if (step) show(Number(step[1]));
  }

  bar.hidden = false;
  back.addEventListener("click", () => go(now - 1));
  on.addEventListener("click", () => go(now + 1));
  walk.querySelector(".list").addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    event.preventDefault();  // without a jump: the picture stays where it is
    go(Number(link.hash.slice("#step-".length)));
  });
  addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const box = event.target.closest?.(".scroll");  // a box that can be moved sideways keeps its arrows
    if (box && box.scrollWidth > box.clientWidth) return;
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: steps.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  });
  addEventListener("hashchange", fromAddress);
  show(Number(walk.dataset.first));
  fromAddress();
}
