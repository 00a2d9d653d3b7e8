// What can be done with answers: copy, remark, export; and the dialogs for filters and about.
(cw) => {
  const { one, all } = cw;

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text); // only on this machine or over TLS
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };
  const copyAnswer = async (button) => {
    await copy(one(".cw-copy", button.closest(".cw-turn")).textContent);
    const label = button.lastChild;
    label.textContent = "Copied";
    cw.announce("The answer and its references were copied.");
    setTimeout(() => (label.textContent = "Copy"), 2000);
  };

  // Remarks
  const showRemark = (turn, rating) => {
    for (const form of all(".cw-remark", turn)) form.hidden = form.dataset.rating !== rating;
    for (const button of all(".cw-rate", turn)) {
      button.setAttribute("aria-expanded", String(button.dataset.rating === rating));
    }
    one(`.cw-remark[data-rating="${rating}"] input`, turn)?.focus();
  };
  const sendRemark = async (form) => {
    const turn = cw.turnOf(form);
    const article = form.closest(".cw-turn");
    if (!turn) return;
    const reasons = all("input:checked", form).map((box) => box.value);
    const sent = { rating: form.dataset.rating, reasons, said: one(".cw-said", form).value, answer: turn.answer };
    const said = document.createElement("p");
    said.className = "cw-quiet cw-remarked";
    try {
      said.textContent = (await cw.call("feedback", sent)).said;
      one(".cw-actions", article).after(said);
      for (const each of all(".cw-rate, .cw-remark", article)) each.remove();
      one('[data-action="copy"]', article).focus();
    } catch (error) {
      one(".cw-remarked", form)?.remove();
      said.textContent = error.message;
      form.append(said);
    }
    cw.announce(said.textContent);
  };

  // Export
  const save = async (form) => {
    const dialog = one("#cw-export");
    try {
      const file = await cw.call("export", { form, conversation: cw.conversation() });
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([file.text], { type: `${file.type};charset=utf-8` }));
      link.download = file.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
      dialog.close();
    } catch (error) {
      cw.problem(dialog, error.message);
    }
  };

  // Filters
  const all_ = { groups: [], since: null, until: null, mine: false, own: "" };
  let chosen = all_;
  cw.chosen = () => chosen;
  const field = (name) => one(`#cw-filters [name="${name}"]`);
  const from = (value) => one(`#cw-filters [name="from"][value="${value}"]`);
  const choose = (value) => (from(value).checked = true);
  const OWN = { own: "only", beside: "beside" }; // what the choice is called in a question
  const showChosen = () => {
    for (const box of all('#cw-filters [name="group"]')) box.checked = chosen.groups.includes(box.value);
    field("since").value = chosen.since ?? "";
    field("until").value = chosen.until ?? "";
    choose(Object.keys(OWN).find((value) => OWN[value] === chosen.own) ?? (chosen.mine ? "mine" : "any"));
    const kinds = all('#cw-filters [name="group"]:checked').map((box) => box.parentElement.textContent);
    const years = chosen.since || chosen.until ? `${chosen.since ?? "…"} to ${chosen.until ?? "…"}` : "";
    const where = chosen.own === "only" ? "documents added here" : chosen.mine ? "my collection" : "";
    const parts = [...kinds, years, where].filter(Boolean);
    const said = [parts.length ? `Only: ${parts.join(", ")}` : "", chosen.own === "beside" ? "Documents added here are asked too" : ""];
    one("#cw-chosen").textContent = said.filter(Boolean).join(" · ");
  };
  const apply = () => {
    const years = ["since", "until"].map(field);
    const bad = years.find((input) => !input.checkValidity());
    const [since, until] = years.map((input) => (input.value ? Number(input.value) : null));
    if (bad || (since && until && since > until)) {
      cw.problem(one("#cw-filters"), bad ? bad.validationMessage : "The first year is after the last.");
      (bad ?? years[0]).focus();
      return;
    }
    const groups = all('#cw-filters [name="group"]:checked').map((box) => box.value);
    chosen = { groups, since, until, mine: from("mine").checked, own: OWN[one('#cw-filters [name="from"]:checked').value] ?? "" };
    showChosen();
    one("#cw-filters").close();
  };
  // What may be chosen: the collections that there are.
  const showCollections = ({ added, own }) => {
    from("mine").disabled = !added;
    for (const value of Object.keys(OWN)) {
      from(value).disabled = !own.length;
      if (!own.length && from(value).checked) choose("any");
    }
    const here = own.length ? `Added here: ${own.join(", ")}.` : "";
    const theirs = added ? `My collection: ${added} documents.` : "My collection is empty: “citewell ingest” fills it.";
    one("#cw-mine-note").textContent = [theirs, here].filter(Boolean).join(" ");
    const remove = one('[data-tool="remove-own"]');
    if (remove) remove.hidden = !own.length;
  };
  const openFilters = async () => {
    showChosen();
    cw.openDialog("cw-filters");
    try {
      showCollections(await cw.call("about", { visitor: cw.visitor() }));
    } catch (error) {
      cw.problem(one("#cw-filters"), error.message);
    }
  };

  // Documents of one's own
  const contentOf = (file) =>
    new Promise((done, failed) => {
      const reader = new FileReader();
      reader.onload = () => done(String(reader.result).split(",")[1] ?? "");
      reader.onerror = () => failed(new Error("The document cannot be read from your disk."));
      reader.readAsDataURL(file);
    });
  const addOwn = async (input) => {
    const [file] = input.files;
    const said = one("#cw-own-said");
    const bar = one("#cw-own-progress");
    if (!file) return;
    cw.problem(one("#cw-filters"), "");
    said.textContent = `Reading ${file.name}…`;
    input.disabled = true;
    bar.hidden = false;
    bar.removeAttribute("value");
    const looking = setInterval(async () => {
      const { step, done, of } = await cw.call("adding", { visitor: cw.visitor() }).catch(() => ({}));
      if (!step || input.disabled === false) return;
      said.textContent = `Reading ${file.name}: ${step}`;
      if (of) [bar.max, bar.value] = [of, done];
    }, 500);
    try {
      const sent = { visitor: cw.visitor(true), name: file.name, content: await contentOf(file) };
      await cw.call("add", sent);
      showCollections(await cw.call("about", { visitor: cw.visitor() }));
      said.textContent = `${file.name} was added: answers now come from it too. Above, you can ask what was added alone.`;
      chosen = { ...chosen, own: chosen.own || OWN.beside, mine: false };
    } catch (error) {
      said.textContent = "";
      cw.problem(one("#cw-filters"), error.message);
    } finally {
      clearInterval(looking);
      input.disabled = false;
      input.value = "";
      bar.hidden = true;
      showChosen();
    }
  };
  const removeOwn = async () => {
    try {
      await cw.call("remove", { visitor: cw.visitor() });
      chosen = { ...chosen, own: "" };
      showChosen();
      showCollections(await cw.call("about", { visitor: cw.visitor() }));
      one("#cw-own-said").textContent = "Your documents were deleted.";
    } catch (error) {
      cw.problem(one("#cw-filters"), error.message);
    }
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("#cw-own-file")) addOwn(event.target);
  });

  const openAbout = async () => {
    cw.openDialog("cw-about");
    const place = one("#cw-about-sources");
    try {
      const { sources, added } = await cw.call("about", {});
      place.textContent = added ? `${sources}, ${added} of them added here.` : `${sources}, all shipped with Citewell.`;
    } catch (error) {
      place.textContent = error.message;
    }
  };

  const clicks = [
    ['[data-action="copy"]', copyAnswer],
    [".cw-rate", (button) => showRemark(button.closest(".cw-turn"), button.dataset.rating)],
    [".cw-send-remark", (button) => sendRemark(button.closest(".cw-remark"))],
    [".cw-drop-remark", (button) => {
      const turn = button.closest(".cw-turn");
      const { rating } = button.closest(".cw-remark").dataset;
      showRemark(turn, null);
      one(`.cw-rate[data-rating="${rating}"]`, turn).focus();
    }],
    ['[data-tool="export"]', () => cw.openDialog("cw-export")],
    ["[data-export]", (button) => save(button.dataset.export)],
    ['[data-tool="filters"]', openFilters],
    ["[data-apply]", apply],
    ["[data-clear]", () => {
      chosen = all_;
      showChosen();
      one("#cw-filters").close();
    }],
    ['[data-tool="about"]', openAbout],
    ['[data-tool="remove-own"]', removeOwn],
  ];
  document.addEventListener("click", (event) => {
    for (const [selector, action] of clicks) {
      const found = event.target.closest?.(selector);
      if (found) action(found);
    }
  });
}
