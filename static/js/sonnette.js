// <div id="x" data-portail-sonnette="/qonto/sonnette/…/" data-portail-numero="n">: asks whether its number changed, and
// reads the element again from this very page when it did. It asks only while the page is looked at, without cookies:
// the question costs the server neither a session nor a query. A page that is hidden asks as soon as it is seen again.
const INTERVALLE = 1400;
const APRES_ECHEC = 10_000;

let attente = 0;

function cible() {
  return document.querySelector("[data-portail-sonnette]");
}

async function relire(element) {
  const page = await fetch(window.location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (!page.ok || page.redirected) return;
  const recue = new DOMParser().parseFromString(await page.text(), "text/html");
  // Everything that tells the state changes together: the badge, the call to act, the timeline.
  for (const id of [element.id, ...(element.dataset.portailAvec ?? "appel").split(" ")]) {
    const ancien = document.getElementById(id);
    const nouveau = recue.getElementById(id);
    if (ancien && nouveau) {
      ancien.replaceWith(document.importNode(nouveau, true));
      window.htmx?.process(document.getElementById(id));
    }
  }
}

async function demander() {
  const element = cible();
  if (!element) return;
  let delai = INTERVALLE;
  if (document.visibilityState === "visible") {
    try {
      const adresse = `${element.dataset.portailSonnette}?n=${encodeURIComponent(element.dataset.portailNumero)}`;
      const reponse = await fetch(adresse, { cache: "no-store", credentials: "omit" });
      if (reponse.status === 410) return;
      if (reponse.status === 200) await relire(element);
      else if (reponse.status !== 204) delai = APRES_ECHEC;
    } catch {
      delai = APRES_ECHEC;
    }
  }
  programmer(delai);
}

function programmer(delai) {
  window.clearTimeout(attente);
  // A little disorder keeps pages opened together from asking together.
  attente = window.setTimeout(demander, delai * (0.9 + Math.random() * 0.2));
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") programmer(0);
});
programmer(INTERVALLE);
