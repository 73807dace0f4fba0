// Passkeys (WebAuthn). <form data-portail-cle="creer | prouver"> holds its options in a JSON block named by
// data-portail-options, or fetches them from data-portail-options-url. Its button [data-portail-cle-bouton] asks the
// browser; the answer goes into the field [name=cle] and the form is sent like any other.

const octets = (texte) => {
  const base = texte.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(base), (lettre) => lettre.charCodeAt(0));
};
const texte = (tampon) =>
  btoa(String.fromCharCode(...new Uint8Array(tampon))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const identifiants = (liste) => (liste || []).map((cle) => ({ ...cle, id: octets(cle.id) }));

const lireOptions = (recues) => ({
  ...recues,
  challenge: octets(recues.challenge),
  ...(recues.user && { user: { ...recues.user, id: octets(recues.user.id) } }),
  ...(recues.excludeCredentials && { excludeCredentials: identifiants(recues.excludeCredentials) }),
  ...(recues.allowCredentials && { allowCredentials: identifiants(recues.allowCredentials) }),
});

const ecrireReponse = (cle) => {
  const reponse = { clientDataJSON: texte(cle.response.clientDataJSON) };
  for (const nom of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (cle.response[nom]) reponse[nom] = texte(cle.response[nom]);
  }
  return JSON.stringify({
    id: cle.id,
    rawId: texte(cle.rawId),
    type: cle.type,
    response: reponse,
    clientExtensionResults: {},
    authenticatorAttachment: cle.authenticatorAttachment,
  });
};

const chercherOptions = async (formulaire) => {
  const bloc = document.getElementById(formulaire.dataset.portailOptions || "");
  if (bloc) return JSON.parse(bloc.textContent);
  const corps = new URLSearchParams({ csrfmiddlewaretoken: formulaire.elements.csrfmiddlewaretoken.value });
  const reponse = await fetch(formulaire.dataset.portailOptionsUrl, { method: "POST", body: corps });
  if (!reponse.ok) throw new Error(String(reponse.status));
  return reponse.json();
};

const demander = async (formulaire) => {
  const erreur = formulaire.querySelector("[data-portail-cle-erreur]");
  erreur.hidden = true;
  try {
    const publicKey = lireOptions(await chercherOptions(formulaire));
    const creer = formulaire.dataset.portailCle === "creer";
    const cle = creer ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
    formulaire.elements.cle.value = ecrireReponse(cle);
    formulaire.submit();
  } catch (refus) {
    erreur.textContent =
      refus.name === "InvalidStateError"
        ? "Cet appareil a déjà une clé d’accès pour ce compte."
        : "La clé d’accès n’a pas été utilisée : l’opération a été annulée ou a expiré. Vous pouvez recommencer.";
    erreur.hidden = false;
  }
};

for (const formulaire of document.querySelectorAll("form[data-portail-cle]")) {
  const bouton = formulaire.querySelector("[data-portail-cle-bouton]");
  if (!window.PublicKeyCredential) continue;
  formulaire.hidden = false;
  bouton.addEventListener("click", (evenement) => {
    evenement.preventDefault();
    if (formulaire.reportValidity()) demander(formulaire);
  });
}
