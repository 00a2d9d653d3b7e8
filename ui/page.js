// What the other scripts of the page stand on: the wall against foreign content, the theme, dialogs, the server.
// `cw` is the one object that the scripts share.
(cw) => {
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

  cw.one = (selector, within = document) => within.querySelector(selector);
  cw.all = (selector, within = document) => [...within.querySelectorAll(selector)];
  cw.calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  cw.narrow = window.matchMedia("(max-width: 60rem)");
  cw.touch = window.matchMedia("(hover: none)");

  cw.announce = (text) => {
    const region = cw.one("#cw-announce");
    if (region) region.textContent = text;
  };

  // A browser may refuse to keep anything; the page then works without.
  cw.kept = {
    get: (key) => {
      try {
        return window.localStorage.getItem(key);
      } catch {
        return null;
      }
    },
    set: (key, value) => {
      try {
        if (value === null) window.localStorage.removeItem(key);
        else window.localStorage.setItem(key, value);
        return true;
      } catch {
        return false;
      }
    },
  };

  // The secret by which this browser's own documents are known; made when it is first needed.
  let secret = null;
  cw.random = () =>
    [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(16).padStart(8, "0")).join("");
  cw.visitor = (make = false) => {
    secret ??= cw.kept.get("citewell.visitor");
    if (!secret && make) {
      secret = cw.random();
      cw.kept.set("citewell.visitor", secret);
    }
    return secret ?? "";
  };

  // Ask the server for something; what it refuses, it says in words.
  cw.call = async (name, sent) => {
    let reply;
    try {
      reply = await cw.server[name](sent);
    } catch {
      reply = undefined;
    }
    // Gradio swallows the error of a request that failed, and gives nothing.
    if (!reply) throw new Error("Citewell cannot be reached. Is it still running?");
    if (reply.problem) throw new Error(reply.problem);
    return reply;
  };

  // HTML that the server made, where ui/markup.py has escaped everything from outside.
  cw.fill = (element, html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    element.replaceChildren(template.content);
  };

  // Light or dark: as the system has it, until somebody chooses.
  const THEME = "citewell.theme";
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => {
    const chosen = cw.kept.get(THEME);
    return chosen ? chosen === "dark" : system.matches;
  };
  const applyTheme = () => {
    const dark = isDark();
    if (document.body.classList.contains("dark") !== dark) document.body.classList.toggle("dark", dark);
    document.documentElement.style.colorScheme = dark ? "dark" : "light";
    cw.one('[data-tool="theme"]')?.setAttribute("aria-pressed", String(dark));
  };
  system.addEventListener("change", applyTheme);
  new MutationObserver(applyTheme).observe(document.body, { attributes: true, attributeFilter: ["class"] });

  // Dialogs: the browser keeps the focus inside, and Escape closes.
  cw.openDialog = (id) => {
    const dialog = document.getElementById(id);
    cw.problem(dialog, "");
    dialog.showModal();
    return dialog;
  };
  cw.problem = (within, text) => {
    const place = cw.one(".cw-problem", within);
    if (!place) return;
    place.textContent = text;
    place.hidden = !text;
  };
  document.addEventListener("click", (event) => {
    const target = event.target;
    if (target.closest?.('[data-tool="theme"]')) {
      cw.kept.set(THEME, isDark() ? "light" : "dark");
      applyTheme();
    } else if (target.closest?.("[data-close]")) target.closest("dialog").close();
    else if (target.matches?.("dialog")) target.close(); // a click beside it
  });

  // One look at the page for each frame in which something changed.
  cw.onChange = [applyTheme];
  let due = false;
  new MutationObserver(() => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      for (const look of cw.onChange) look();
    });
  }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-state", "id"] });

  // The top stays in view; what lies below it needs to know how high it is.
  const measure = new ResizeObserver(([top]) => {
    document.documentElement.style.setProperty("--cw-top", `${top.target.offsetHeight}px`);
  });
  let measured = null;
  cw.onChange.push(() => {
    if (measured === cw.one("#cw-top")) return;
    measured = cw.one("#cw-top");
    measure.disconnect();
    if (measured) measure.observe(measured);
  });
}
