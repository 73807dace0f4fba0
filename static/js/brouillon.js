// <form data-portail-brouillon>: what is typed is written a moment later, field by field. When the session is over or the
// network away, it is kept in this tab (sessionStorage, never on disk) and put back when the page comes back.
const DELAI = 700;

function cle() {
  return `brouillon:${window.location.pathname}`;
}

function valeurs(formulaire) {
  const lues = {};
  for (const champ of formulaire.elements) {
    if (!champ.name || champ.type === "hidden" || champ.type === "submit" || champ.disabled) continue;
    lues[champ.name] = champ.value;
  }
  return lues;
}

function garder(formulaire) {
  sessionStorage.setItem(cle(), JSON.stringify({ le: Date.now(), valeurs: valeurs(formulaire) }));
}

function dire(formulaire, texte) {
  const etat = formulaire.querySelector("[data-portail-brouillon-etat]");
  if (etat) etat.textContent = texte;
}

function remettre(formulaire) {
  const garde = JSON.parse(sessionStorage.getItem(cle()) ?? "null");
  sessionStorage.removeItem(cle());
  // Written by another tab since: the draft of the server is the newer one.
  if (!garde || garde.le / 1000 < Number(formulaire.dataset.portailModifiee)) return;
  let remis = 0;
  for (const [nom, valeur] of Object.entries(garde.valeurs)) {
    const champ = formulaire.elements[nom];
    if (champ && champ.value !== valeur) {
      champ.value = valeur;
      remis += 1;
    }
  }
  if (!remis) return;
  dire(formulaire, "Nous avons remis ce que vous aviez saisi.");
  ecrire(formulaire);
}

async function ecrire(formulaire) {
  const envoyees = valeurs(formulaire);
  garder(formulaire);
  try {
    const reponse = await fetch(formulaire.action, {
      method: "POST",
      body: new FormData(formulaire),
      headers: { "X-Portail-Brouillon": "1" },
    });
    if (reponse.redirected || reponse.status === 403) {
      dire(formulaire, "Votre session est terminée. Ce que vous avez saisi est gardé : enregistrez pour vous reconnecter.");
      return;
    }
    if (!reponse.ok) throw new Error(String(reponse.status));
    const { enregistres, fautes } = await reponse.json();
    // The page now shows what the server has: the hidden copies follow.
    for (const nom of enregistres) {
      const copie = formulaire.elements[`initial-${nom}`];
      if (copie) copie.value = envoyees[nom] ?? copie.value;
    }
    if (!fautes.length && JSON.stringify(valeurs(formulaire)) === JSON.stringify(envoyees)) sessionStorage.removeItem(cle());
    dire(formulaire, fautes.length ? "Enregistré, sauf un champ à corriger." : "Enregistré.");
  } catch {
    dire(formulaire, "Le portail ne répond pas. Ce que vous avez saisi est gardé dans cet onglet.");
  }
}

for (const formulaire of document.querySelectorAll("form[data-portail-brouillon]")) {
  let attente = 0;
  formulaire.addEventListener("input", () => {
    garder(formulaire);
    window.clearTimeout(attente);
    attente = window.setTimeout(() => ecrire(formulaire), DELAI);
  });
  formulaire.addEventListener("submit", () => {
    window.clearTimeout(attente);
    garder(formulaire);
  });
  remettre(formulaire);
}

// Back from the history, Chromium puts into the fields what they held then: the draft of the server is the truth.
window.addEventListener("pageshow", (evenement) => {
  const retour = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  if (!retour || evenement.persisted) return;
  for (const formulaire of document.querySelectorAll("form[data-portail-brouillon]")) formulaire.reset();
});
