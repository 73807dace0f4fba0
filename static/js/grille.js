// The grid of ACD Banque by the keyboard: arrows move between rows, Enter goes on, Ctrl+Enter validates and goes down,
// F6 opens the account search. Without this file each row is a plain form.

const COLONNES = ["piece", "compte", "libelle"];
const grille = document.querySelector("[data-portail-grille]");
const dialogue = document.getElementById("recherche-comptes");
const champRecherche = document.getElementById("recherche-comptes-texte");
const resultats = document.getElementById("recherche-comptes-resultats");
let cible = null;

const lignes = () => [...grille.querySelectorAll("[data-portail-ligne]")];
const champ = (ligne, colonne) =>
  ligne.querySelector(`[data-portail-colonne="${colonne}"]`) ?? ligne.querySelector("[data-portail-colonne]");

function viser(element) {
  element.focus();
  element.select?.();
  element.scrollIntoView({ block: "nearest" });
}

function voisine(ligne, pas, colonne) {
  const toutes = lignes();
  for (let rang = toutes.indexOf(ligne) + pas; rang >= 0 && rang < toutes.length; rang += pas) {
    const trouve = champ(toutes[rang], colonne);
    if (trouve) return trouve;
  }
  return null;
}

function valider(ligne, descendre, colonne) {
  const formulaire = ligne.querySelector("form");
  if (!formulaire) return;
  // The accountant types on while the answer is on its way: the next row takes the keys at once.
  const suivante = descendre ? voisine(ligne, 1, colonne) : null;
  formulaire.requestSubmit();
  if (suivante) viser(suivante);
}

function ouvrirRecherche(element) {
  cible = element;
  champRecherche.value = element.value;
  resultats.replaceChildren();
  dialogue.showModal();
  champRecherche.focus();
  champRecherche.select();
  if (element.value) champRecherche.dispatchEvent(new Event("input", { bubbles: true }));
}

function choisir(valeur) {
  dialogue.close();
  if (!cible) return;
  cible.value = valeur;
  viser(cible);
}

grille?.addEventListener("keydown", (evenement) => {
  const element = evenement.target.closest("[data-portail-colonne]");
  if (!element) return;
  const ligne = element.closest("[data-portail-ligne]");
  const colonne = element.dataset.portailColonne;
  const touche = evenement.key;
  // While something is being typed in a field with suggestions, the arrows belong to the suggestions.
  const suggestions = element.hasAttribute("list") && element.value && element.value !== element.defaultValue;
  if ((touche === "ArrowDown" || touche === "ArrowUp") && !suggestions && !evenement.altKey) {
    const autre = voisine(ligne, touche === "ArrowDown" ? 1 : -1, colonne);
    if (autre) {
      evenement.preventDefault();
      viser(autre);
    }
  } else if (touche === "Enter") {
    evenement.preventDefault();
    const suivant = champ(ligne, COLONNES[COLONNES.indexOf(colonne) + 1]);
    if (evenement.ctrlKey || evenement.metaKey) valider(ligne, true, colonne);
    else if (colonne !== "libelle" && suivant) viser(suivant);
    else valider(ligne, true, "compte");
  } else if (touche === "F6") {
    evenement.preventDefault();
    ouvrirRecherche(champ(ligne, "compte"));
  }
});

document.addEventListener("keydown", (evenement) => {
  if (evenement.key === "F6" && dialogue && !evenement.defaultPrevented) {
    const element = evenement.target.closest("[data-portail-recherche-compte]");
    if (element) {
      evenement.preventDefault();
      ouvrirRecherche(element);
    }
  }
});

// A row came back: to its mistake if it has one; if the keys were still in it, on from there.
grille?.addEventListener("htmx:afterSwap", (evenement) => {
  const ligne = evenement.target.closest("[data-portail-ligne]");
  if (!ligne) return;
  const faute = ligne.querySelector("[aria-invalid=true]");
  if (faute) viser(faute);
  else if (document.activeElement === document.body)
    viser(champ(ligne, "compte") ?? document.querySelector(".pagination [rel=next]") ?? ligne);
});

dialogue?.addEventListener("keydown", (evenement) => {
  const boutons = [...resultats.querySelectorAll("[data-portail-choix]")];
  const rang = boutons.indexOf(document.activeElement);
  if (evenement.key === "ArrowDown" || evenement.key === "ArrowUp") {
    evenement.preventDefault();
    const prochain = rang + (evenement.key === "ArrowDown" ? 1 : -1);
    (prochain < 0 ? champRecherche : (boutons[Math.min(prochain, boutons.length - 1)] ?? champRecherche)).focus();
  } else if (evenement.key === "Enter" && rang === -1 && boutons.length) {
    evenement.preventDefault();
    choisir(boutons[0].dataset.portailChoix);
  }
});

dialogue?.addEventListener("click", (evenement) => {
  const bouton = evenement.target.closest("[data-portail-choix]");
  if (bouton) choisir(bouton.dataset.portailChoix);
});

document.querySelector("[data-portail-cocher-tout]")?.addEventListener("change", (evenement) => {
  for (const boite of grille.querySelectorAll("input[name=operation]")) boite.checked = evenement.target.checked;
});
