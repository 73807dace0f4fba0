// Native <dialog>.
//   data-portail-dialogue="some-id"  opens the dialog of this page that has this id
//   <a href data-portail-dialogue>   loads the address into the shared dialog; without JavaScript it is a plain link
//   data-portail-fermer              closes the dialog around it
//   <form data-portail-confirmer="Question ?">  asks before it is sent; data-portail-confirmer-bouton names the act
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

// A short question before a form goes. The form itself stays plain: without JavaScript it is sent at once.
function demander(question, libelle) {
  const dialogue = document.createElement("dialog");
  dialogue.className = "dialogue";
  dialogue.setAttribute("aria-labelledby", "question-titre");
  dialogue.innerHTML = `<form method="dialog"><div class="dialogue-corps"><h2 id="question-titre"></h2></div>
    <footer class="dialogue-pied"><button class="bouton" value="non">Annuler</button>
    <button class="bouton bouton-danger" value="oui"></button></footer></form>`;
  dialogue.querySelector("h2").textContent = question;
  dialogue.querySelector("[value=oui]").textContent = libelle;
  document.body.append(dialogue);
  dialogue.showModal();
  return new Promise((reponse) => {
    dialogue.addEventListener("close", () => {
      dialogue.remove();
      reponse(dialogue.returnValue === "oui");
    });
  });
}

document.addEventListener(
  "submit",
  async (evenement) => {
    const formulaire = evenement.target;
    const question = formulaire.dataset.portailConfirmer;
    if (!question || formulaire.dataset.portailConfirme) return;
    evenement.preventDefault();
    evenement.stopImmediatePropagation();
    const bouton = evenement.submitter;
    const libelle = formulaire.dataset.portailConfirmerBouton ?? bouton?.textContent.trim() ?? "Confirmer";
    if (await demander(question, libelle)) {
      formulaire.dataset.portailConfirme = "oui";
      formulaire.requestSubmit(bouton);
      delete formulaire.dataset.portailConfirme;
    } else bouton?.focus();
  },
  true,
);
