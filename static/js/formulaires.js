// Forms: the first faulty field takes the focus, a button that was pressed cannot be pressed twice, what was typed is
// marked (`data-portail-modifie`), filters send themselves, passwords can be shown, file fields speak French, fields of a
// hash target get focus.

document.addEventListener("submit", (evenement) => {
  const formulaire = evenement.target;
  if (formulaire.method === "dialog" || evenement.defaultPrevented) return;
  // A file comes back and the page stays: it may be asked again.
  if (evenement.submitter?.hasAttribute("data-portail-telecharge")) return;
  if (formulaire.dataset.portailEnvoye) {
    evenement.preventDefault();
    return;
  }
  if (formulaire.method === "post" && !formulaire.matches("[hx-post], [data-hx-post]")) {
    formulaire.dataset.portailEnvoye = "oui";
    evenement.submitter?.setAttribute("aria-busy", "true");
  }
});
// Back from the history: the page may be sent again.
window.addEventListener("pageshow", () => {
  for (const formulaire of document.querySelectorAll("[data-portail-envoye]")) {
    delete formulaire.dataset.portailEnvoye;
    formulaire.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
});

document.addEventListener("input", (evenement) => {
  const formulaire = evenement.target.form;
  if (formulaire && formulaire.method === "post") formulaire.dataset.portailModifie = "oui";
});

// <form data-portail-filtres>: a changed select, date or box sends the form; the button stays for the keyboard.
document.addEventListener("change", (evenement) => {
  const formulaire = evenement.target.closest("form[data-portail-filtres]");
  if (formulaire && evenement.target.matches("select, input[type=date], input[type=checkbox], input[type=radio]")) {
    formulaire.requestSubmit();
  }
});

// <input data-portail-tout="name">: ticks every box of that name in the same form or table.
document.addEventListener("change", (evenement) => {
  const nom = evenement.target.dataset?.portailTout;
  if (!nom) return;
  const racine = evenement.target.closest("form, table");
  for (const caseACocher of racine.querySelectorAll(`input[type=checkbox][name="${nom}"]:not(:disabled)`)) {
    caseACocher.checked = evenement.target.checked;
    caseACocher.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

// <button data-portail-copier="text">: copies, and says so.
document.addEventListener("click", async (evenement) => {
  const bouton = evenement.target.closest("[data-portail-copier]");
  if (!bouton) return;
  await navigator.clipboard.writeText(bouton.dataset.portailCopier);
  document.body.dispatchEvent(new CustomEvent("portail:toast", { detail: { texte: "Copié.", niveau: "succes" } }));
});

// <button data-portail-imprimer>: opens the browser's print window.
document.addEventListener("click", (evenement) => {
  if (evenement.target.closest("[data-portail-imprimer]")) window.print();
});

// A password can be shown before it is sent.
for (const champ of document.querySelectorAll("input[type=password]")) {
  const bouton = document.createElement("button");
  bouton.type = "button";
  bouton.className = "voir-mot-de-passe";
  bouton.textContent = "Afficher";
  bouton.setAttribute("aria-label", "Afficher le mot de passe");
  bouton.addEventListener("click", () => {
    const visible = champ.type === "text";
    champ.type = visible ? "password" : "text";
    bouton.textContent = visible ? "Afficher" : "Masquer";
    bouton.setAttribute("aria-label", visible ? "Afficher le mot de passe" : "Masquer le mot de passe");
  });
  const enveloppe = document.createElement("div");
  enveloppe.className = "champ-enveloppe";
  champ.replaceWith(enveloppe);
  enveloppe.append(champ, bouton);
}

// A file field in French whatever the language of the browser: our button and our words, its keyboard and its name.
for (const champ of document.querySelectorAll("input[type=file]:not(.visuellement-cache)")) {
  const bouton = document.createElement("span");
  bouton.className = "bouton fichier-choisir";
  bouton.setAttribute("aria-hidden", "true");
  bouton.textContent = champ.multiple ? "Choisir des fichiers" : "Choisir un fichier";
  bouton.addEventListener("click", () => champ.click());
  champ.classList.add("fichier-natif");
  champ.after(bouton);
  // In a zone, each file goes at once and is named in the list beneath.
  if (champ.closest("[data-portail-depot]")) continue;
  const choisi = document.createElement("span");
  choisi.className = "fichier-choisi";
  choisi.setAttribute("role", "status");
  const dire = () => {
    choisi.textContent = [...champ.files].map((fichier) => fichier.name).join(", ") || "Aucun fichier choisi";
  };
  bouton.after(choisi);
  champ.addEventListener("change", dire);
  dire();
}

function viser() {
  const premier = document.querySelector("[aria-invalid=true]");
  const vise = window.location.hash.startsWith("#id_") ? document.getElementById(window.location.hash.slice(1)) : null;
  (premier ?? vise)?.focus();
}
viser();
window.addEventListener("hashchange", viser);
