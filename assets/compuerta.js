// Comfort only: every page works without this file.

// The menu folds on narrow screens.
for (const toggle of document.querySelectorAll(".c-nav__toggle")) {
  const list = document.getElementById(toggle.getAttribute("aria-controls"));
  toggle.hidden = false;
  list.classList.add("c-nav__list--folds");
  toggle.addEventListener("click", () => {
    const open = toggle.getAttribute("aria-expanded") !== "true";
    toggle.setAttribute("aria-expanded", String(open));
    list.classList.toggle("c-nav__list--open", open);
  });
}

// What went wrong is read first, and each of its links lands in the field.
const summary = document.querySelector(".govuk-error-summary");
if (summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!field) return;
    event.preventDefault();
    const group = field.closest(".govuk-form-group");
    (group || field).scrollIntoView();
    field.focus({ preventScroll: true });
  });
}

// A form is sent once, however often its button is pressed; the server refuses a second time anyway.
for (const form of document.querySelectorAll("form[method='post']")) {
  let sent = 0;
  form.addEventListener("submit", (event) => {
    const again = Date.now() - sent < 1000;
    sent = Date.now();
    if (again) event.preventDefault();
  });
}

// A table that is wider than the page shows that it goes on.
const fit = () => {
  for (const region of document.querySelectorAll(".c-scroll[tabindex]")) {
    region.classList.toggle("c-scroll--more", region.scrollWidth > region.clientWidth);
  }
};
fit();
addEventListener("resize", fit);

// A link that asks for printing does so.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// Where a change would go is said again as its figures are typed.
for (const form of document.querySelectorAll("form[data-foretell]")) {
  const place = form.querySelector("[data-foretold]");
  let waiting = 0;
  const ask = async () => {
    const typed = new URLSearchParams();
    for (const name of ["cost", "days", "undermined"]) {
      const field = form.elements[name];
      if (field && (field.type !== "checkbox" || field.checked)) typed.set(name, field.value);
    }
    const asked = ++waiting;
    const answer = await fetch(`${form.dataset.foretell}?${typed}`).catch(() => null);
    if (!answer || !answer.ok || asked !== waiting) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    place.replaceChildren(...page.body.childNodes);
  };
  let later = 0;
  form.addEventListener("input", (event) => {
    if (!["cost", "days", "undermined"].includes(event.target.name)) return;
    clearTimeout(later);
    later = setTimeout(ask, 300);
  });
}

// What a worker has in hand is looked at again, every so many seconds, until it is done.
const working = document.querySelector("[data-again]");
if (working) {
  setInterval(async () => {
    const answer = await fetch(location.href).catch(() => null);
    if (!answer || !answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const news = page.querySelector("[data-again]");
    if (news) working.replaceChildren(...news.childNodes);
    else location.reload();
  }, Number(working.dataset.again) * 1000);
}

// How long is left, counted on from the server's clock at the time of the page; the server decides.
for (const place of document.querySelectorAll("[data-countdown]")) {
  const end = Date.parse(place.dataset.countdown);
  const ahead = Date.parse(place.dataset.server) - performance.now();
  const words = (count, unit) =>
    new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, unitDisplay: "long" }).format(count);
  const show = () => {
    const left = Math.max(0, Math.floor((end - ahead - performance.now()) / 1000));
    const parts = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]].map(([size, unit]) => [
      Math.floor(left / size) % ({ day: Infinity, hour: 24, minute: 60, second: 60 })[unit], unit,
    ]);
    const first = parts.findIndex(([count]) => count > 0);
    const shown = parts.slice(first < 0 ? 3 : first, first < 0 ? 4 : first + 2);
    place.textContent = shown.map(([count, unit]) => words(count, unit)).join(", ");
    if (left === 0) clearInterval(again);
  };
  const again = setInterval(show, 1000);
  show();
}

// What is written is saved while it is written; the button does the same without this.
for (const form of document.querySelectorAll("form[data-autosave]")) {
  const said = form.querySelector("[data-saved]");
  let later = 0;
  let busy = false;
  let changed = false;
  let button = null;
  const save = async () => {
    clearTimeout(later);
    if (busy || !changed) return;
    busy = true;
    changed = false;
    const answer = await fetch(form.dataset.autosave, {
      method: "POST", body: new FormData(form), headers: { "X-Autosave": "1" },
    }).catch(() => null);
    const news = answer ? await answer.json().catch(() => null) : null;
    busy = false;
    if (news && news.seen) form.elements.seen.value = news.seen;
    if (said) said.textContent = (news && (news.saved || news.refused)) || form.dataset.failed;
    if (button) setTimeout(() => form.requestSubmit(button), 1000);
    else if (!news) [changed, later] = [true, setTimeout(save, 10000)]; // the line is lost
    else if (changed) later = setTimeout(save, 1500);
  };
  form.addEventListener("input", () => {
    changed = true;
    clearTimeout(later);
    later = setTimeout(save, 1500);
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(later);
    if (!busy) return;
    event.preventDefault(); // two at once would look like two people
    button = event.submitter;
  });
}
