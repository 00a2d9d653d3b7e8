// Digits rate the scale that has the focus, or the first that is still to be rated, and move on to the next.
const form = document.querySelector("form[method=post]");
if (form) {
  const scales = [...form.querySelectorAll("fieldset")];
  const rated = (scale) => scale.querySelector("input:checked");
  form.addEventListener("change", (event) => event.target.closest("fieldset")?.classList.remove("missing"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("textarea")) return;
    const scale = event.target.closest?.("fieldset") ?? scales.find((each) => !rated(each));
    const choice = scale?.querySelector(`input[data-key="${CSS.escape(event.key)}"]`);
    if (!choice) return;
    event.preventDefault();
    choice.checked = true;
    choice.dispatchEvent(new Event("change", { bubbles: true }));
    const next = scales[scales.indexOf(scale) + 1];
    (next ? rated(next) ?? next.querySelector("input") : form.elements.remark).focus();
  });
}
