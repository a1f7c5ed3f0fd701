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
