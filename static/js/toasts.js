// Short notices. An answer with the header
//   HX-Trigger: {"portail:toast": {"texte": "Enregistré.", "niveau": "succes"}}
// shows one; other modules dispatch the same event on document.body.

const zone = document.getElementById("toasts");
const DUREE = 6000;

document.body.addEventListener("portail:toast", (evenement) => {
  const { texte, niveau = "info" } = evenement.detail;
  const toast = document.createElement("div");
  toast.className = `toast toast-${niveau}`;
  const paragraphe = document.createElement("p");
  paragraphe.textContent = texte;
  const fermer = document.createElement("button");
  fermer.type = "button";
  fermer.className = "bouton-icone";
  fermer.setAttribute("aria-label", "Fermer");
  fermer.textContent = "×";
  fermer.addEventListener("click", () => toast.remove());
  toast.append(paragraphe, fermer);
  zone.append(toast);

  // It stays as long as somebody reads it: pointer over it or focus in it.
  let minuterie = setTimeout(() => toast.remove(), DUREE);
  const retenir = () => clearTimeout(minuterie);
  const relancer = () => {
    minuterie = setTimeout(() => toast.remove(), DUREE / 2);
  };
  toast.addEventListener("pointerenter", retenir);
  toast.addEventListener("focusin", retenir);
  toast.addEventListener("pointerleave", relancer);
  toast.addEventListener("focusout", relancer);
});
