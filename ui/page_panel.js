// Citations: a tip on hover and focus, and the panel in which one opens in its document.
// Each answer carries, hidden, one card for each citation; this script copies it, and asks for the document.
(cw) => {
  const { one, all } = cw;
  let openCard = null; // id of the card in the panel
  let opener = null; // id of the card and place of the mark that focus returns to

  const marksOf = (card) => all(`[data-card="${CSS.escape(card)}"]`);
  const markOf = (place) => {
    const marks = place ? marksOf(place.card) : [];
    return marks[place?.nth] || marks[0] || null;
  };

  // Id of the card that the mark of a card names: of the first span, where a source is cited with several.
  const markedBy = (card) => document.getElementById(card)?.dataset.mark ?? card;
  const showOpenMark = () => {
    for (const mark of all(".cw-mark")) {
      const open = openCard !== null && mark.dataset.card === markedBy(openCard);
      if (open === mark.hasAttribute("aria-current")) continue;
      if (open) mark.setAttribute("aria-current", "true");
      else mark.removeAttribute("aria-current");
    }
  };

  // The cited words in the middle of what is shown of their document.
  const showCited = (panel) => {
    const text = one(".cw-reader", panel);
    const cited = text && one("mark", text);
    if (!cited) return;
    const gap = cited.getBoundingClientRect().top - text.getBoundingClientRect().top;
    text.scrollTop += gap - Math.max(16, (text.clientHeight - cited.offsetHeight) / 3);
    const below = cited.getBoundingClientRect().bottom - panel.getBoundingClientRect().bottom + 24;
    if (below > 0) panel.scrollTop += below; // no further: the title stays in view where it can
  };

  const loadDocument = async (card, window_) => {
    const panel = one(".cw-panel");
    const text = one(".cw-passage", panel);
    if (!text?.dataset.passage) return;
    const place = { passage: text.dataset.passage, start: Number(text.dataset.start), end: Number(text.dataset.end), visitor: cw.visitor() };
    try {
      const reply = await cw.call("document", window_ ? { ...place, window: window_ } : place);
      if (openCard !== card) return; // another was opened meanwhile
      cw.fill(text, reply.html);
    } catch (error) {
      if (openCard !== card || one(".cw-doc__problem", panel)) return;
      const said = document.createElement("p");
      said.className = "cw-quiet cw-doc__problem";
      said.textContent = error.message;
      text.after(said);
    }
    showCited(panel);
  };

  const open = (mark) => {
    const card = document.getElementById(mark.dataset.card);
    if (!card || !one(".cw-panel")) return;
    hideTip();
    opener = { card: card.id, nth: marksOf(card.id).indexOf(mark) };
    show(card);
    const title = one("#cw-source-title");
    title.textContent = `Source ${mark.dataset.source}`;
    title.focus({ preventScroll: true });
  };
  const show = (card) => {
    const panel = one(".cw-panel");
    openCard = card.id;
    one(".cw-panel__card", panel).replaceChildren(...[...card.childNodes].map((node) => node.cloneNode(true)));
    panel.classList.add("cw-panel--open");
    one(".cw-close", panel).hidden = false;
    showOpenMark();
    showRested();
    panel.scrollTop = 0;
    showCited(panel);
    loadDocument(card.id);
  };
  // Another span of the same source; the focus stays on the way from one to the next.
  const openSpan = (button) => {
    const card = document.getElementById(button.dataset.span);
    if (!card) return;
    show(card);
    one('.cw-span[aria-current="true"]', one(".cw-panel"))?.focus({ preventScroll: true });
  };

  cw.closePanel = (andReturn) => {
    const panel = one(".cw-panel");
    if (!panel || openCard === null) return false;
    openCard = null;
    one(".cw-panel__card", panel).replaceChildren();
    one(".cw-close", panel).hidden = true;
    panel.classList.remove("cw-panel--open");
    showOpenMark();
    showRested();
    if (andReturn) markOf(opener)?.focus();
    return true;
  };

  // While nothing is open: what the newest answer rests on.
  const showRested = () => {
    const panel = one(".cw-panel");
    if (!panel) return;
    const place = one(".cw-panel__rested", panel);
    const turn = all(".cw-turn").at(-1);
    const listed = turn && one(".cw-rested", turn);
    if (place.dataset.of !== (listed ? turn.id : "")) {
      place.dataset.of = listed ? turn.id : "";
      place.replaceChildren(...(listed ? [listed.cloneNode(true)] : []));
      for (const node of all("[hidden]", place)) node.hidden = false;
    }
    place.hidden = !listed || openCard !== null;
    one(".cw-panel__empty", panel).hidden = Boolean(listed) || openCard !== null;
    if (openCard === null) {
      one("#cw-source-title", panel).textContent = listed ? "What the answer rests on" : "Sources";
    }
  };

  // The tip: what a number stands for, before it is opened.
  let tipFor = null;
  let timer = 0;
  const hideTip = () => {
    clearTimeout(timer);
    const tip = one("#cw-tip");
    if (!tipFor || !tip) return false;
    tipFor.removeAttribute("aria-describedby");
    tipFor = null;
    tip.hidden = true;
    return true;
  };
  const showTip = (mark) => {
    const tip = one("#cw-tip");
    const card = document.getElementById(mark.dataset.card);
    if (!tip || !card || !mark.isConnected) return;
    hideTip();
    const parts = [".cw-card__badges", ".cw-card__title"].map((part) => one(part, card)?.cloneNode(true));
    const spans = all(".cw-span", card).map((each) => document.getElementById(each.dataset.span));
    const quotes = (spans.length ? spans : [card]).filter(Boolean).map((each) => {
      const quote = document.createElement("p");
      quote.className = "cw-tip__quote";
      quote.textContent = one("mark", each)?.textContent ?? "";
      return quote;
    });
    const title = document.createElement("p"); // a tip has no headings
    title.className = "cw-tip__title";
    title.textContent = parts[1]?.textContent ?? "";
    tip.replaceChildren(...[parts[0], title, ...quotes].filter(Boolean));
    tip.hidden = false;
    tipFor = mark;
    mark.setAttribute("aria-describedby", "cw-tip");
    const at = mark.getBoundingClientRect();
    const left = Math.min(Math.max(8, at.left - 24), document.documentElement.clientWidth - tip.offsetWidth - 8);
    const above = at.top - tip.offsetHeight - 6;
    tip.style.left = `${left}px`;
    const room = one("#cw-top")?.getBoundingClientRect().bottom ?? 0; // what stands at the top covers the tip
    tip.style.top = `${above > room + 4 ? above : at.bottom + 6}px`;
  };
  const later = (action, wait) => {
    clearTimeout(timer);
    timer = setTimeout(action, wait);
  };
  document.addEventListener("mouseover", (event) => {
    const mark = event.target.closest?.(".cw-mark[data-card]");
    if (mark && !cw.touch.matches) {
      if (mark === tipFor) clearTimeout(timer);
      else later(() => showTip(mark), 120);
    } else if (event.target.closest?.("#cw-tip")) clearTimeout(timer); // it stays while the pointer is on it
    else if (tipFor !== document.activeElement) later(hideTip, 250);
  });
  document.addEventListener("focusin", (event) => {
    const mark = event.target.closest?.(".cw-mark[data-card]");
    if (mark?.matches(":focus-visible")) showTip(mark);
    else hideTip();
  });
  window.addEventListener("scroll", hideTip, { passive: true });

  document.addEventListener("click", (event) => {
    const mark = event.target.closest?.(".cw-mark[data-card]");
    const span = event.target.closest?.(".cw-span[data-span]");
    if (mark) open(mark);
    else if (span) openSpan(span);
    else if (event.target.closest?.(".cw-close")) cw.closePanel(true);
    else if (event.target.closest?.(".cw-doc__more")) {
      loadDocument(openCard, Math.min(400000, 8 * Number(one(".cw-panel .cw-doc").dataset.window)));
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !one("dialog[open]") && !hideTip()) cw.closePanel(true);
  });

  cw.onChange.push(() => {
    if (openCard && !document.getElementById(openCard)) cw.closePanel(false);
    if (tipFor && !tipFor.isConnected) hideTip();
    showOpenMark();
    showRested();
  });
}
