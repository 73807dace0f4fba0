// Menus are <details data-portail-menu>: they work without this file, which closes them on Escape, on a click
// elsewhere and when another one opens, and gives the arrow keys. Also the rail's fold and the quick search.

const menus = () => document.querySelectorAll("details[data-portail-menu][open]");

document.addEventListener("click", (evenement) => {
  for (const menu of menus()) if (!menu.contains(evenement.target)) menu.open = false;
});

document.addEventListener("focusin", (evenement) => {
  for (const menu of menus()) if (!menu.contains(evenement.target)) menu.open = false;
});

function deplacer(elements, pas) {
  const liste = [...elements].filter((element) => element.offsetParent !== null);
  if (!liste.length) return;
  const rang = liste.indexOf(document.activeElement);
  const suivant = rang === -1 ? (pas > 0 ? 0 : liste.length - 1) : (rang + pas + liste.length) % liste.length;
  liste[suivant].focus();
}

document.addEventListener("keydown", (evenement) => {
  const menu = evenement.target.closest?.("details[data-portail-menu]");
  if (menu?.open) {
    if (evenement.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
      evenement.stopPropagation();
    } else if (evenement.key === "ArrowDown" || evenement.key === "ArrowUp") {
      evenement.preventDefault();
      deplacer(menu.querySelectorAll(".menu-volet a[href], .menu-volet button"), evenement.key === "ArrowDown" ? 1 : -1);
    }
  }
});

// --- The rail folds to icons; a cookie tells the server, so that the next page comes folded.
const bascule = document.querySelector("[data-portail-rail]");
if (bascule) {
  bascule.hidden = false;
  bascule.addEventListener("click", () => {
    const reduit = document.documentElement.classList.toggle("rail-reduit");
    bascule.setAttribute("aria-pressed", String(reduit));
    document.cookie = `rail=${reduit ? "reduit" : "ouvert"}; path=/; max-age=31536000; samesite=lax`;
  });
}

// --- Quick search: « / » goes to it, arrows walk through what was found, Escape empties.
const recherche = document.querySelector("[data-portail-recherche]");
if (recherche) {
  const champ = recherche.querySelector("input");
  const resultats = recherche.querySelector(".recherche-resultats");
  const liens = () => resultats.querySelectorAll("a[href]");
  const vider = () => resultats.replaceChildren();

  document.addEventListener("keydown", (evenement) => {
    const dansUnChamp = evenement.target.closest?.("input, textarea, select, [contenteditable], dialog");
    if (evenement.key === "/" && !dansUnChamp && !evenement.ctrlKey && !evenement.metaKey && !evenement.altKey) {
      evenement.preventDefault();
      champ.focus();
      champ.select();
    }
  });
  recherche.addEventListener("keydown", (evenement) => {
    if (evenement.key === "ArrowDown" || evenement.key === "ArrowUp") {
      if (!liens().length) return;
      evenement.preventDefault();
      if (evenement.key === "ArrowUp" && document.activeElement === liens()[0]) champ.focus();
      else deplacer(liens(), evenement.key === "ArrowDown" ? 1 : -1);
    } else if (evenement.key === "Escape") {
      champ.value = "";
      vider();
      champ.focus();
    } else if (evenement.key === "Enter" && evenement.target === champ && liens().length === 1) {
      evenement.preventDefault();
      liens()[0].click();
    }
  });
  document.addEventListener("click", (evenement) => {
    if (!recherche.contains(evenement.target)) vider();
  });
  document.addEventListener("focusin", (evenement) => {
    if (!recherche.contains(evenement.target)) vider();
  });
}

// A tab that is the current one is never beyond the edge of a phone.
for (const onglet of document.querySelectorAll(".onglets [aria-current]")) {
  const barre = onglet.closest(".onglets");
  barre.scrollLeft = onglet.offsetLeft - barre.offsetLeft - (barre.clientWidth - onglet.offsetWidth) / 2;
}
