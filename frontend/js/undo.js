// Counts down for how long something can be taken back; without it the page says how long that was when it was made.

// Milliseconds between two looks whether the worker has begun; it takes up what is due within some seconds.
const BETWEEN_LOOKS = 3000;

// What comes next is worth seeing, unless somebody is filling in a form. What was said of an act is said once.
function turn() {
  if (document.activeElement?.matches("input, select, textarea")) return;
  const here = new URL(location.href);
  here.searchParams.delete("said");
  location.replace(here);
}

function countDown(left) {
  const until = performance.now() + Number(left.dataset.seconds) * 1000;
  const tick = setInterval(() => {
    const seconds = Math.max(0, Math.round((until - performance.now()) / 1000));
    left.textContent = String(seconds);
    if (seconds > 0) return;
    clearInterval(tick);
    turn();
  }, 1000);
}

// The page stays as it is till then: whoever is on the way to the button keeps the focus.
function watch(address) {
  const look = setInterval(async () => {
    if (document.hidden) return;
    const answer = await fetch(address).catch(() => null);
    if (!answer?.ok || (await answer.text()).includes("data-look-again")) return;
    clearInterval(look);
    turn();
  }, BETWEEN_LOOKS);
}

document.querySelectorAll("[data-seconds]").forEach(countDown);
const waiting = document.querySelector("[data-look-again]");
if (waiting) watch(waiting.dataset.lookAgain);
