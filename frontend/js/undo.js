// Counts down for how long something can be taken back; without it the page says how long that was when it was made.
const left = document.querySelector("[data-seconds]");

if (left) {
  const until = performance.now() + Number(left.dataset.seconds) * 1000;
  const tick = setInterval(() => {
    const seconds = Math.max(0, Math.round((until - performance.now()) / 1000));
    left.textContent = String(seconds);
    if (seconds > 0) return;
    clearInterval(tick);
    // What comes next is worth seeing, unless somebody is filling in a form.
    if (!document.activeElement?.matches("input, select, textarea")) location.reload();
  }, 1000);
}
