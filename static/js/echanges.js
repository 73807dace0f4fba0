// htmx: failures that carry no fragment show one banner; the page stays as it was and nothing typed is lost.

const bandeau = document.getElementById("bandeau-erreur");

const TEXTES = {
  0: "Le portail ne répond pas. Vérifiez votre connexion, puis recommencez.",
  403: "Vous n’avez pas ce droit, ou la page est restée ouverte trop longtemps. Actualisez-la.",
  404: "Cet élément n’existe plus. Actualisez la page.",
  413: "Ce fichier est trop lourd.",
  429: "Trop de demandes en peu de temps. Attendez quelques instants.",
};
const AUTRE = "Le portail a rencontré une erreur. Rien n’a été perdu : recommencez dans un instant.";

function montrer(statut) {
  bandeau.querySelector("[data-portail-bandeau-texte]").textContent = TEXTES[statut] ?? AUTRE;
  bandeau.hidden = false;
}

bandeau?.querySelector("[data-portail-bandeau-fermer]").addEventListener("click", () => {
  bandeau.hidden = true;
});

document.addEventListener("htmx:sendError", () => montrer(0));
document.addEventListener("htmx:timeout", () => montrer(0));
document.addEventListener("htmx:responseError", (evenement) => montrer(evenement.detail.xhr.status));
document.addEventListener("htmx:afterRequest", (evenement) => {
  if (evenement.detail.successful) bandeau.hidden = true;
});

// The session ended meanwhile: the answer is the sign-in page. Go there rather than put it inside the page.
document.addEventListener("htmx:beforeSwap", (evenement) => {
  const { xhr } = evenement.detail;
  const adresse = xhr.responseURL ? new URL(xhr.responseURL) : null;
  if (adresse?.pathname === "/connexion/" && window.location.pathname !== "/connexion/") {
    evenement.detail.shouldSwap = false;
    window.location.assign(`/connexion/?next=${encodeURIComponent(window.location.pathname + window.location.search)}`);
  }
});

// While a request runs, the element that asked says so to those who see and to those who hear.
document.addEventListener("htmx:beforeRequest", (evenement) => evenement.detail.elt.setAttribute("aria-busy", "true"));
document.addEventListener("htmx:afterRequest", (evenement) => evenement.detail.elt.removeAttribute("aria-busy"));
