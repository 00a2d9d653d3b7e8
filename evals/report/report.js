// Filters what the page already holds; without this script everything is shown.
const words = document.getElementById("words");
const tag = document.getElementById("tag");
const kind = document.getElementById("kind");
const count = document.getElementById("count");
const questions = [...document.querySelectorAll(".question")].map((element) => ({
  element,
  text: element.textContent.toLowerCase(),
  tags: JSON.parse(element.dataset.tags),
  kinds: element.dataset.kinds.split(" "),
}));
function filter() {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const each of questions) {
    const fits =
      wanted.every((word) => each.text.includes(word)) &&
      (!tag.value || each.tags.includes(tag.value)) &&
      (!kind.value || each.kinds.includes(kind.value));
    each.element.hidden = !fits;
    shown += fits;
  }
  count.textContent = `${shown} shown`;
}
words.form.addEventListener("input", filter);
words.form.addEventListener("submit", (event) => event.preventDefault());

const metric = document.getElementById("metric");
function chooseMetric() {
  for (const each of document.querySelectorAll(".by-tag")) each.hidden = each.dataset.metric !== metric.value;
}
metric.addEventListener("change", chooseMetric);
chooseMetric();
filter();
