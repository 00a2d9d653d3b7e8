// Behaviour of the page: a citation opens in the panel without asking the server again.
// Each answer carries, hidden, one card for each citation; ui/html.py has escaped everything in it. This script only
// moves those elements about: it never makes HTML from text.
() => {
  // A second wall behind the escaping, and a promise kept by the browser: nothing is loaded from another host,
  // and no script runs from an attribute. ('unsafe-eval' is how Gradio runs its own templates.)
  const policy = document.createElement("meta");
  policy.httpEquiv = "Content-Security-Policy";
  policy.content =
    "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; " +
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; media-src 'self' blob:; " +
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'";
  document.head.append(policy);
  document.documentElement.lang = "en";

  const one = (selector, within = document) => within.querySelector(selector);
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const narrow = window.matchMedia("(max-width: 60rem)");
  const touch = window.matchMedia("(hover: none)");
  let openCard = null; // id of the card in the panel
  let opener = null; // id of the card and place of the mark that focus returns to

  const markOf = (place) => {
    if (!place) return null;
    const marks = document.querySelectorAll(`[data-card="${CSS.escape(place.card)}"]`);
    return marks[place.nth] || marks[0] || null;
  };

  const showOpenMark = () => {
    for (const mark of document.querySelectorAll(".cw-mark")) {
      const open = mark.dataset.card === openCard;
      if (open !== mark.hasAttribute("aria-current")) {
        if (open) mark.setAttribute("aria-current", "true");
        else mark.removeAttribute("aria-current");
      }
    }
  };

  const open = (mark) => {
    const card = document.getElementById(mark.dataset.card);
    const panel = one(".cw-panel");
    if (!card || !panel) return;
    const same = [...document.querySelectorAll(`[data-card="${CSS.escape(card.id)}"]`)];
    opener = { card: card.id, nth: same.indexOf(mark) };
    openCard = card.id;
    const copy = [...card.childNodes].map((node) => node.cloneNode(true));
    one(".cw-panel__card", panel).replaceChildren(...copy);
    one(".cw-panel__empty", panel).hidden = true;
    one(".cw-close", panel).hidden = false;
    panel.classList.add("cw-panel--open");
    showOpenMark();
    panel.scrollTop = 0;
    const cited = one("mark", panel);
    if (cited) {
      const below = cited.getBoundingClientRect().bottom - panel.getBoundingClientRect().bottom;
      if (below > 0) panel.scrollTop += below + 24;
    }
    const title = one("#cw-source-title", panel);
    title.textContent = `Source ${mark.dataset.source}`;
    title.focus({ preventScroll: true });
  };

  const close = (andReturn) => {
    const panel = one(".cw-panel");
    if (!panel || openCard === null) return;
    openCard = null;
    one("#cw-source-title", panel).textContent = "Sources";
    one(".cw-panel__card", panel).replaceChildren();
    one(".cw-panel__empty", panel).hidden = false;
    one(".cw-close", panel).hidden = true;
    panel.classList.remove("cw-panel--open");
    showOpenMark();
    if (andReturn) markOf(opener)?.focus();
  };

  document.addEventListener("click", (event) => {
    const mark = event.target.closest?.(".cw-mark[data-card]");
    if (mark) open(mark);
    else if (event.target.closest?.(".cw-close")) close(true);
    else if (event.target.closest?.("#cw-send, .cw-example") && !touch.matches) one("#cw-box textarea")?.focus();
    else if (event.target.closest?.("#cw-anew")) one("#cw-box textarea")?.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(true);
  });

  // Follow the answers: scroll to a new question, say when its answer is whole, keep the panel true.
  let lastTurn = null;
  let announced = null;
  const follow = () => {
    const turn = one("#cw-current .cw-turn");
    one("#cw-top")?.toggleAttribute("data-started", Boolean(turn));
    if (!turn) {
      lastTurn = announced = null;
      if (openCard && !document.getElementById(openCard)) close(false);
      return;
    }
    if (turn.id !== lastTurn) {
      lastTurn = turn.id;
      if (narrow.matches) close(false);
      turn.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
    }
    if (turn.dataset.state === "done" && announced !== turn.id) {
      announced = turn.id;
      const region = one("#cw-announce");
      if (region) region.textContent = turn.dataset.announce;
    }
    showOpenMark();
  };
  // The top stays in view; what lies below it needs to know how high it is.
  const measure = new ResizeObserver(([top]) => {
    document.documentElement.style.setProperty("--cw-top", `${top.target.offsetHeight}px`);
  });
  let measured = null;
  let due = false;
  new MutationObserver(() => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      if (measured !== one("#cw-top")) {
        measured = one("#cw-top");
        measure.disconnect();
        if (measured) measure.observe(measured);
      }
      follow();
    });
  }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-state", "id"] });

  // Gradio gives the box its focus only sometimes; a page made for asking always does.
  const focusBox = (tries) => {
    const box = one("#cw-box textarea");
    if (box) {
      if (document.activeElement === document.body) box.focus({ preventScroll: true });
    } else if (tries) setTimeout(() => focusBox(tries - 1), 50);
  };
  focusBox(100);
}
