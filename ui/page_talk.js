// The conversation: this browser keeps it, and sends with a question what the answer needs to know of it.
(cw) => {
  const { one, all } = cw;
  const CONVERSATION = "citewell.conversation";
  const MOST_TURNS = 20;
  let turns = []; // as `Kept` of ui/page_request.py has them, oldest first
  let highest = 0; // the highest number that a turn ever had here
  let editing = null; // number of the turn whose question is being changed
  let token = null; // of the answer that is being given
  let lastSent = null; // the question that was sent last, and what went with it
  try {
    turns = JSON.parse(cw.kept.get(CONVERSATION) ?? "[]");
    if (!Array.isArray(turns)) turns = [];
    turns = turns.filter((turn) => Number.isInteger(turn?.number) && typeof turn.question === "string");
    highest = Math.max(0, ...turns.map((turn) => turn.number));
  } catch {
    turns = [];
  }

  const save = () => {
    turns = turns.slice(-MOST_TURNS);
    let from = 0;
    while (!cw.kept.set(CONVERSATION, turns.length ? JSON.stringify(turns.slice(from)) : null) && from < turns.length) {
      from += 1; // where the browser has no room for all, the oldest go
    }
  };
  cw.conversation = () => JSON.stringify(turns);
  cw.turnOf = (element) => {
    const number = Number(element.closest(".cw-turn")?.dataset.turn);
    return turns.find((turn) => turn.number === number);
  };

  const cutFrom = (number) => {
    turns = turns.filter((turn) => turn.number < number);
    for (const each of all(".cw-turn")) if (Number(each.dataset.turn) >= number) each.remove();
  };

  // The question that is being answered, so that a reload or a lost server does not lose it.
  const PENDING = "citewell.asking";
  const pending = (question) => {
    try {
      if (question === null) window.sessionStorage.removeItem(PENDING);
      else if (question !== undefined) window.sessionStorage.setItem(PENDING, question);
      return window.sessionStorage.getItem(PENDING);
    } catch {
      return null;
    }
  };
  const sayLost = (sent = null) => {
    if (sent) helpAtOnce(sent);
    cw.problem(one("#cw-below"), "The answer did not arrive: Citewell is busy, or no longer running. Your question is in the box.");
    const box = one("#cw-box textarea");
    if (box && !box.value) write(pending() ?? "");
    pending(null);
  };

  // No queue keeps help back: where no answer comes, it is looked whether one is needed at once.
  const helpAtOnce = async ({ question, request }) => {
    const { html } = await cw.call("urgent", { question, request }).catch(() => ({}));
    const place = document.createElement("div");
    cw.fill(place, html ?? "");
    const help = one(".cw-turn", place);
    if (!help || document.getElementById(help.id)) return;
    help.dataset.early = "yes";
    one("#cw-log").append(help);
    help.scrollIntoView({ block: "start" });
  };
  // Gradio tells of a question that was refused for want of room, but does not end it.
  const plainFetch = window.fetch;
  window.fetch = async (...asked) => {
    const reply = await plainFetch(...asked);
    if (!reply.ok && String(asked[0]?.url ?? asked[0]).includes("/queue/join")) cw.ended();
    return reply;
  };

  const setBusy = (next) => {
    token = next;
    document.body.toggleAttribute("data-cw-asking", next !== null);
  };

  // Gradio does not say when an answer will never come; so the server is asked whether it is still there.
  const watchOver = (watched) => {
    const since = Date.now();
    const sent = lastSent;
    const timer = setInterval(async () => {
      if (!document.getElementById(`cw-turn-${highest}`)) helpAtOnce(sent); // it waits for its turn
      const there = await cw.call("adding", { visitor: "" }).then(() => true, () => false);
      if (token !== watched) clearInterval(timer);
      else if (!there || (Date.now() - since > 120000 && !document.getElementById(`cw-turn-${highest}`))) cw.ended();
    }, 3000);
  };

  // Called by Gradio as a question is sent; gives what goes with it.
  cw.asking = (question) => {
    if (!String(question ?? "").trim() || token) return "{}";
    if (editing !== null) cutFrom(editing);
    stopEditing();
    cw.problem(one("#cw-below"), "");
    one("#cw-log").append(...all("#cw-current .cw-turn"));
    one("#cw-spoken")?.replaceChildren();
    highest += 1;
    setBusy(cw.random());
    pending(question);
    const earlier = turns.map((turn) => turn.question);
    const request = JSON.stringify({ token, number: highest, earlier, visitor: cw.visitor(), ...cw.chosen() });
    lastSent = { question, request };
    watchOver(token);
    return request;
  };
  // Called by Gradio when the answer has ended, also when it failed.
  cw.ended = () => {
    if (token === null) return;
    setBusy(null);
    const turn = document.getElementById(`cw-turn-${highest}`);
    if (turn?.getAttribute("aria-busy") === "false") return;
    if (turn) {
      turn.dataset.state = "lost";
      turn.setAttribute("aria-busy", "false");
    }
    sayLost(lastSent);
  };

  // The box belongs to Gradio, which must notice what is put into it.
  const write = (text) => {
    const box = one("#cw-box textarea");
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, text);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
    return box;
  };
  const stopEditing = () => {
    editing = null;
    one("#cw-editing")?.setAttribute("hidden", "");
    for (const each of all(".cw-turn[data-editing]")) each.removeAttribute("data-editing");
  };
  const edit = (turn) => {
    stopEditing();
    editing = turn.number;
    document.getElementById(`cw-turn-${turn.number}`)?.setAttribute("data-editing", "");
    one("#cw-editing")?.removeAttribute("hidden");
    const box = write(turn.question);
    box.setSelectionRange(box.value.length, box.value.length);
  };

  document.addEventListener("click", (event) => {
    const target = event.target;
    const action = target.closest?.("[data-action]")?.dataset.action;
    const turn = action && cw.turnOf(target);
    if (turn && action === "edit" && !token) edit(turn);
    else if (turn && action === "again" && !token) {
      edit(turn);
      setTimeout(() => one("#cw-send").click(), 50); // once Gradio has noticed
    } else if (target.closest?.("#cw-stop") && token) cw.call("stop", token).catch(cw.ended);
    else if (target.closest?.('[data-tool="anew"]')) {
      if (token) cw.call("stop", token).catch(cw.ended);
      cutFrom(0);
      one("#cw-log").replaceChildren();
      save();
      stopEditing();
      cw.closePanel(false);
      write("");
    } else if (target.closest?.("#cw-send, .cw-example") && !cw.touch.matches) one("#cw-box textarea")?.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && editing !== null && event.target.closest?.("#cw-box")) {
      stopEditing();
      write("");
    }
  });

  // Say each statement to a screen reader once, as it comes; help in an emergency is an alert of its own.
  const speak = (turn) => {
    const region = one("#cw-spoken");
    if (!region || one('[role="alert"]', turn)) return;
    const said = all(".cw-statement", turn);
    for (const each of said.slice(region.childElementCount)) {
      const copy = each.cloneNode(true);
      for (const aside of all(".cw-marks, .cw-agree", copy)) aside.remove();
      const line = document.createElement("p");
      line.textContent = copy.textContent;
      region.append(line);
    }
  };

  // Follow the answers: scroll to a new question, keep its answer when it is whole, and say so.
  let lastTurn = null;
  cw.onChange.push(() => {
    // What the browser kept comes back in a place of its own, however early a question is asked.
    const back = all("#cw-restored .cw-turn, #cw-restored .cw-note").filter((each) => !each.parentElement.closest(".cw-turn"));
    if (back.length) {
      one("#cw-log").prepend(...back);
      back.at(-1).scrollIntoView({ block: "start" });
    }
    const turn = all("#cw-current .cw-turn").at(-1);
    for (const early of all("#cw-log .cw-turn[data-early]")) if (early.id === turn?.id) early.remove();
    document.body.toggleAttribute("data-cw-started", Boolean(one(".cw-turn")));
    if (!turn) return;
    if (turn.id !== lastTurn) {
      lastTurn = turn.id;
      if (cw.narrow.matches) cw.closePanel(false);
      turn.scrollIntoView({ block: "start", behavior: cw.calm.matches ? "auto" : "smooth" });
    }
    speak(turn);
    if (turn.dataset.state !== "done" || turns.some((each) => `cw-turn-${each.number}` === turn.id)) return;
    if (turn.dataset.done) return;
    turn.dataset.done = "yes";
    turns.push(JSON.parse(one(".cw-kept", turn).textContent));
    save();
    pending(null);
    cw.announce(turn.dataset.announce);
  });

  // Gradio gives the box its focus only sometimes; a page made for asking always does.
  const focusBox = (tries) => {
    const box = one("#cw-box textarea");
    if (box) {
      if (document.activeElement === document.body) box.focus({ preventScroll: true });
      if (pending()) sayLost();
    } else if (tries) setTimeout(() => focusBox(tries - 1), 50);
  };
  focusBox(100);
}
