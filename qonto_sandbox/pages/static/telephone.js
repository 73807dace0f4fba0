// The phone asks again every two seconds and shows what changed, without taking the focus away from a button.
const PERIOD = 2000;
const place = document.querySelector("[data-demandes]");

async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-demandes]");
  if (fresh && fresh.innerHTML !== place.innerHTML) place.replaceChildren(...fresh.childNodes);
}

setInterval(() => {
  if (!document.hidden) refresh().catch(() => {});
}, PERIOD);
