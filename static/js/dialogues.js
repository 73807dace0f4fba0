// Native <dialog>.
//   data-portail-dialogue="some-id"  opens the dialog of this page that has this id
//   <a href data-portail-dialogue>   loads the address into the shared dialog; without JavaScript it is a plain link
//   data-portail-fermer              closes the dialog around it
// The answer header `HX-Trigger: portail:fermer` closes the open dialog. Focus goes back to what opened it.

const partage = document.getElementById("dialogue-portail");
const corps = document.getElementById("dialogue-corps");
let ouvreur = null;

function ouvrir(dialogue, depuis) {
  ouvreur = depuis;
  if (!dialogue.open) dialogue.showModal();
  const cible = dialogue.querySelector("[autofocus]") ?? dialogue.querySelector("h2, h1");
  if (cible && !cible.matches("input, select, textarea, button, a[href]")) cible.tabIndex = -1;
  cible?.focus();
}

async function charger(lien) {
  corps.setAttribute("aria-busy", "true");
  await window.htmx.ajax("GET", lien.href, { source: lien, target: "#dialogue-corps", swap: "innerHTML" });
  corps.removeAttribute("aria-busy");
}

document.addEventListener("click", (evenement) => {
  const declencheur = evenement.target.closest("[data-portail-dialogue]");
  if (declencheur) {
    const id = declencheur.dataset.portailDialogue;
    const modifiee = evenement.ctrlKey || evenement.metaKey || evenement.shiftKey || evenement.button !== 0;
    if (id) {
      const dialogue = document.getElementById(id);
      if (dialogue) {
        evenement.preventDefault();
        ouvrir(dialogue, declencheur);
      }
    } else if (declencheur.href && window.htmx && !modifiee) {
      evenement.preventDefault();
      ouvreur = declencheur;
      charger(declencheur);
    }
    return;
  }
  const fermeture = evenement.target.closest("[data-portail-fermer]");
  const dialogue = fermeture?.closest("dialog");
  if (dialogue) {
    evenement.preventDefault();
    dialogue.close();
  }
});

// The shared dialog opens once its content is there: a failure opens nothing.
corps?.addEventListener("htmx:afterSwap", () => {
  const titre = corps.querySelector("h2, h1");
  if (titre) titre.id = "dialogue-titre";
  ouvrir(partage, ouvreur);
});

document.body.addEventListener("portail:fermer", () => {
  for (const dialogue of document.querySelectorAll("dialog[open]")) dialogue.close();
});

for (const dialogue of document.querySelectorAll("dialog")) {
  dialogue.addEventListener("close", () => {
    if (dialogue === partage) corps.replaceChildren();
    if (ouvreur?.isConnected) ouvreur.focus();
    ouvreur = null;
  });
  // A click on the veil closes, unless something was typed.
  dialogue.addEventListener("mousedown", (evenement) => {
    if (evenement.target !== dialogue) return;
    const boite = dialogue.getBoundingClientRect();
    const dehors =
      evenement.clientX < boite.left || evenement.clientX > boite.right || evenement.clientY < boite.top || evenement.clientY > boite.bottom;
    if (dehors && !dialogue.querySelector("form[data-portail-modifie]")) dialogue.close();
  });
}
