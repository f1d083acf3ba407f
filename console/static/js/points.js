// The filter of the list: answers while one types; without it the form's button does the same.

const form = document.querySelector("form.filter");
let timer = 0;
let running = null;

async function apply() {
  const query = new URLSearchParams(new FormData(form));
  for (const [name, value] of [...query]) if (!value) query.delete(name);
  const address = `/points${query.size ? `?${query}` : ""}`;
  running?.abort();
  running = new AbortController();
  try {
    const answer = await fetch(address, { signal: running.signal });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["count", "results"]) document.getElementById(id).replaceWith(fresh.getElementById(id));
    document.querySelector(".pager")?.remove();
    const pager = fresh.querySelector(".pager");
    if (pager) document.getElementById("results").after(pager);
    history.replaceState(null, "", address);
  } catch (error) {
    if (error.name !== "AbortError") form.submit();
  }
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(apply, 200);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timer);
  apply();
});
