// <form data-portail-televersement method="post" enctype="multipart/form-data">: each file goes by itself, with its bar.
// The server answers a fragment <li class="fichier">…</li>: 2xx it is kept, 422 it is refused with the reason in words.
// A failure of the network keeps the file at hand: « Réessayer » sends it again. Without JavaScript the form goes whole.

function ligne(fichier) {
  const element = document.createElement("li");
  element.className = "fichier";
  const icone = document.createElement("span");
  icone.setAttribute("aria-hidden", "true");
  icone.textContent = "↑";
  const nom = document.createElement("span");
  nom.className = "fichier-nom";
  nom.textContent = fichier.name;
  const etat = document.createElement("span");
  etat.className = "fichier-etat";
  const barre = document.createElement("progress");
  barre.max = 100;
  barre.value = 0;
  barre.setAttribute("aria-label", `Envoi de ${fichier.name}`);
  element.append(icone, nom, etat, barre);
  return { element, etat, barre };
}

function refuser(vue, raison) {
  vue.element.classList.add("fichier-refuse");
  vue.barre.remove();
  vue.etat.textContent = raison;
}

function remplacer(element, html) {
  const gabarit = document.createElement("template");
  gabarit.innerHTML = html.trim();
  const nouveaux = [...gabarit.content.children];
  element.replaceWith(...nouveaux);
  for (const nouveau of nouveaux) window.htmx?.process(nouveau);
}

function envoyer(formulaire, champ, fichier, liste, ancienne) {
  const vue = ligne(fichier);
  if (ancienne) ancienne.replaceWith(vue.element);
  else liste.append(vue.element);
  const maximum = Number(champ.dataset.portailMax || 0);
  if (fichier.size === 0) return refuser(vue, "Ce fichier est vide."), Promise.resolve(false);
  if (maximum && fichier.size > maximum) {
    return refuser(vue, `Trop lourd : ${Math.round(maximum / 1048576)} Mo au plus.`), Promise.resolve(false);
  }
  return new Promise((fini) => {
    const donnees = new FormData(formulaire);
    for (const autre of formulaire.querySelectorAll("input[type=file]")) donnees.delete(autre.name);
    donnees.append(champ.name, fichier, fichier.name);
    const requete = new XMLHttpRequest();
    const echec = () => {
      vue.etat.textContent = "L’envoi a échoué. ";
      vue.barre.value = 0;
      const bouton = document.createElement("button");
      bouton.type = "button";
      bouton.className = "bouton bouton-petit";
      bouton.textContent = "Réessayer";
      bouton.addEventListener("click", () => envoyer(formulaire, champ, fichier, liste, vue.element).then(terminer(formulaire)));
      vue.etat.append(bouton);
      fini(false);
    };
    requete.open("POST", formulaire.action);
    requete.setRequestHeader("HX-Request", "true");
    requete.upload.addEventListener("progress", (evenement) => {
      if (!evenement.lengthComputable) return;
      vue.barre.value = Math.round((evenement.loaded / evenement.total) * 100);
      vue.etat.textContent = vue.barre.value < 100 ? `${vue.barre.value} %` : "Contrôle du fichier…";
    });
    requete.addEventListener("load", () => {
      const fragment = requete.getResponseHeader("Content-Type")?.startsWith("text/html") && !requete.responseText.includes("<html");
      if (fragment && (requete.status < 300 || requete.status === 422)) {
        remplacer(vue.element, requete.responseText);
        fini(requete.status < 300);
      } else if (requete.status === 413) {
        refuser(vue, "Ce fichier est trop lourd.");
        fini(false);
      } else echec();
    });
    requete.addEventListener("error", echec);
    requete.addEventListener("timeout", echec);
    requete.send(donnees);
  });
}

// Other parts of the page may wait for it: hx-trigger="portail:televerse from:closest form".
const terminer = (formulaire) => (garde) => {
  if (garde) formulaire.dispatchEvent(new CustomEvent("portail:televerse", { bubbles: true }));
};

async function envoyerTous(formulaire, champ, fichiers) {
  const liste = formulaire.querySelector("[data-portail-fichiers]");
  let gardes = false;
  // One after the other: the line of a phone is narrow and the order of the list stays that of the choice.
  for (const fichier of fichiers) gardes = (await envoyer(formulaire, champ, fichier, liste)) || gardes;
  terminer(formulaire)(gardes);
}

for (const formulaire of document.querySelectorAll("form[data-portail-televersement]")) {
  for (const bouton of formulaire.querySelectorAll("[data-portail-sans-js]")) bouton.hidden = true;
  formulaire.addEventListener("change", (evenement) => {
    const champ = evenement.target.closest("input[type=file]");
    if (!champ?.files.length) return;
    const fichiers = [...champ.files];
    champ.value = "";
    envoyerTous(formulaire, champ, fichiers);
  });
  const zone = formulaire.querySelector("[data-portail-depot]");
  if (!zone) continue;
  for (const nom of ["dragenter", "dragover"]) {
    zone.addEventListener(nom, (evenement) => {
      evenement.preventDefault();
      zone.classList.add("zone-fichiers-survol");
    });
  }
  for (const nom of ["dragleave", "drop"]) {
    zone.addEventListener(nom, (evenement) => {
      evenement.preventDefault();
      if (nom === "drop" || !zone.contains(evenement.relatedTarget)) zone.classList.remove("zone-fichiers-survol");
    });
  }
  zone.addEventListener("drop", (evenement) => {
    const fichiers = [...evenement.dataTransfer.files];
    const champ = zone.querySelector("input[type=file]");
    if (fichiers.length) envoyerTous(formulaire, champ, champ.multiple ? fichiers : fichiers.slice(0, 1));
  });
}
// A file dropped beside the zone must not replace the page.
if (document.querySelector("form[data-portail-televersement]")) {
  for (const nom of ["dragover", "drop"]) {
    window.addEventListener(nom, (evenement) => {
      if (!evenement.target.matches?.("input[type=file]")) evenement.preventDefault();
    });
  }
}
