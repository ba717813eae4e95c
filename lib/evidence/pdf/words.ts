import type { EvidenceStatement } from "@/lib/audit/bundle-verifier/evidence/evidence-format";
import { formatCount } from "@/lib/format";

export type EvidenceLanguage = "en" | "de";

const EN = {
  title: "Evidence of opened values",
  shown: (who: string, from: string, day: string) => `What ${who} of ${from} was shown on ${day}`,
  under: (order: string) => `, under ${order}.`,
  asParty: ", as a party of the transaction.",
  code: "check code",
  opened: "What was opened",
  job: (job: string, day: string, parties: string) => `transaction ${job}, ${day}, ${parties}`,
  state: { full: "Opened", masked: "Masked", plain: "Not sealed", sealed: "Sealed" },
  notIncluded: "Not in this access. Its values are not in this file.",
  formOnly: "The access shows the form of these values only.",
  notProved: "Stored unsealed: no digest proves it.",
  cut: (lines: number) =>
    `${lines === 1 ? "1 more line is" : `${formatCount(lines, "en")} more lines are`} not printed. The attached evidence.json has the whole value.`,
  fields: {
    amount: "Amount",
    pricing: "Pricing",
    settlement_details: "Settlement details",
    parties: "Parties",
    narrative: "Narrative",
    external_references: "External references",
  },
  authority: "Under which legal authority",
  labels: {
    order: "Order",
    issuer: "Issuer",
    valid: "Valid",
    purpose: "Purpose",
    agreed: "Decided by",
    access: "Access",
    policy: "Policy",
    party: "Party",
    openedBy: "Opened by",
    organisation: "Organisation",
    signedWith: "Signed with",
    opened: "Opened",
    made: "File made",
    times: "times in UTC",
    entry: "Log entry",
    leaf: "Its leaf",
    root: "Signed root",
    witnesses: "Cosigned by",
    values: "Values match",
    log: "Log",
  },
  purposes: {
    settlement: "Settlement",
    audit: "Audit",
    compliance: "Compliance",
    dispute: "Dispute",
    support: "Support",
    reporting: "Reporting",
  },
  instruments: {
    court_order: "court order",
    subpoena: "subpoena",
    warrant: "warrant",
    statutory_demand: "statutory demand",
    audit_mandate: "audit mandate",
    epoc: "European production order",
  } as Readonly<Record<string, string>>,
  stages: { legal: "legal review", coordinator: "coordinator" } as Readonly<Record<string, string>>,
  signed: {
    passkey: "passkey",
    ed25519: "a program's key",
    evaluation: "the portal, in evaluation",
    key: "the participant's key",
  },
  who: "Who opened it, and when",
  proof: "Proof",
  attached: "attached to this file as data",
  promised: (by: string) => `promised by a signed receipt, due ${by}`,
  of: (seq: string, size: string) => `${seq} of ${size}`,
  noWitness: "no witness",
  valuesMatch: "each opened value matches a digest in the log entry that created its transaction",
  check: "How to check it",
  withPortal: "With the portal",
  withPortalText: (address: string) =>
    `Scan the code or go to ${address}, and drop this file there. It does not leave your computer. The page shows the check code.`,
  withoutUs: "Without us",
  withoutUsText:
    "Run “sealport verify evidence FILE”, or save the attached evidence.json. The attached README.txt describes how to compute each step.",
  not: "What it does not show",
  notText:
    "It does not show that the values are true. It shows that the parties sealed these values, and that this person saw them.",
  footSealed: (day: string) => `Under seal until ${day}. `,
  footFor: (who: string, from: string) => `Made by ${who}, ${from}`,
  page: (page: number, of: number) => `Page ${page} of ${of}`,
  evaluation: "Evaluation: made with keys that are not for real data.",
  root: "Signed root",
  entryMark: (seq: string) => `Entry ${seq}`,
  escaped: "Characters that this font lacks are written as {U+…}; the attached data has them.",
};

export type EvidenceWords = typeof EN;

const DE: EvidenceWords = {
  title: "Beweisdatei zu geöffneten Werten",
  shown: (who, from, day) => `Was ${who}, ${from}, am ${day} gezeigt wurde`,
  under: (order) => `. Grundlage: ${order}.`,
  asParty: ", als Partei der Transaktion.",
  code: "Prüfcode",
  opened: "Was geöffnet wurde",
  job: (job, day, parties) => `Transaktion ${job}, ${day}, ${parties}`,
  state: { full: "Geöffnet", masked: "Maskiert", plain: "Unversiegelt", sealed: "Versiegelt" },
  notIncluded: "Nicht in dieser Freigabe. Die Werte sind nicht in dieser Datei.",
  formOnly: "Die Freigabe zeigt nur die Form dieser Werte.",
  notProved: "Unversiegelt gespeichert: Keine Prüfsumme belegt diese Werte.",
  cut: (lines) =>
    `${lines === 1 ? "1 weitere Zeile ist" : `${formatCount(lines, "de")} weitere Zeilen sind`} nicht gedruckt. Die beigefügte evidence.json enthält den ganzen Wert.`,
  fields: {
    amount: "Betrag",
    pricing: "Preise",
    settlement_details: "Abwicklungsdaten",
    parties: "Parteien",
    narrative: "Beschreibung",
    external_references: "Externe Kennungen",
  },
  authority: "Auf welcher Rechtsgrundlage",
  labels: {
    order: "Anordnung",
    issuer: "Ausstellende Stelle",
    valid: "Gültig",
    purpose: "Zweck",
    agreed: "Entschieden von",
    access: "Freigabe",
    policy: "Regelwerk",
    party: "Partei",
    openedBy: "Geöffnet von",
    organisation: "Organisation",
    signedWith: "Unterschrieben mit",
    opened: "Geöffnet",
    made: "Datei erstellt",
    times: "Zeiten in UTC",
    entry: "Protokolleintrag",
    leaf: "Blatt",
    root: "Signierte Wurzel",
    witnesses: "Gegengezeichnet von",
    values: "Werte",
    log: "Protokoll",
  },
  purposes: {
    settlement: "Abwicklung",
    audit: "Revision",
    compliance: "Compliance",
    dispute: "Streitfall",
    support: "Support",
    reporting: "Meldewesen",
  },
  instruments: {
    court_order: "Gerichtsbeschluss",
    subpoena: "Vorlageanordnung (Subpoena)",
    warrant: "Durchsuchungsbeschluss",
    statutory_demand: "gesetzliches Auskunftsverlangen",
    audit_mandate: "Prüfungsauftrag",
    epoc: "Europäische Herausgabeanordnung",
  },
  stages: { legal: "rechtliche Prüfung", coordinator: "Koordination" },
  signed: {
    passkey: "Passkey",
    ed25519: "Schlüssel eines Programms",
    evaluation: "Portal, in der Erprobung",
    key: "Schlüssel des Teilnehmers",
  },
  who: "Wer geöffnet hat und wann",
  proof: "Nachweis",
  attached: "dieser Datei als Daten beigefügt",
  promised: (by) => `mit signierter Quittung zugesagt bis ${by}`,
  of: (seq, size) => `${seq} von ${size}`,
  noWitness: "kein Zeuge",
  valuesMatch:
    "jeder geöffnete Wert passt zu einer Prüfsumme im Protokolleintrag über das Einreichen seiner Transaktion",
  check: "So lässt sich die Datei prüfen",
  withPortal: "Mit dem Portal",
  withPortalText: (address) =>
    `Scannen Sie den Code oder rufen Sie ${address} auf, und legen Sie diese Datei dort ab. Die Datei verlässt Ihren Rechner nicht. Die Seite zeigt den Prüfcode.`,
  withoutUs: "Ohne uns",
  withoutUsText:
    "Führen Sie „sealport verify evidence DATEI“ aus, oder speichern Sie die beigefügte evidence.json: README.txt beschreibt jeden Schritt.",
  not: "Was die Datei nicht zeigt",
  notText:
    "Ob die Werte wahr sind. Die Datei zeigt, dass die Parteien diese Werte so versiegelt haben und dass die Werte dieser Person gezeigt wurden.",
  footSealed: (day) => `Unter Verschluss bis ${day}. `,
  footFor: (who, from) => `Erstellt von ${who}, ${from}`,
  page: (page, of) => `Seite ${page} von ${of}`,
  evaluation: "Erprobung: mit Schlüsseln erstellt, die nicht für echte Daten bestimmt sind.",
  root: "Signierte Wurzel",
  entryMark: (seq) => `Eintrag ${seq}`,
  escaped: "Zeichen, die dieser Schrift fehlen, stehen als {U+…}; die beigefügten Daten enthalten sie.",
};

/** Returns the words of an evidence file in its language. */
export function wordsOf(language: EvidenceLanguage): EvidenceWords {
  return language === "de" ? DE : EN;
}

/** Returns the order's kind and case number, for the title and its row. */
export function orderName(
  words: EvidenceWords,
  { instrument, case_number }: EvidenceStatement["authority"],
): string {
  const kind = words.instruments[instrument ?? ""] ?? "";
  return [kind, case_number ?? ""].filter((text) => text !== "").join(" ");
}
