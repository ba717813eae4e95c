import type { GroupName, InstrumentKind, Purpose, Role } from "@/lib/vocabulary";
import type { FormLevel, GrantKind } from "./form";

/** With their articles. Clients and providers are several people. */
export const ROLES: Readonly<Record<Role, string>> = {
  client: "Kunden",
  miner: "Anbieter",
  coordinator: "die Koordination",
  auditor: "die Revision",
  regulator: "die Aufsicht",
  admin: "die Administration",
};
export const PLURAL: readonly Role[] = ["client", "miner"];
export const PURPOSE_WORDS: Readonly<Record<Purpose, string>> = {
  settlement: "die Abwicklung",
  audit: "eine Revision",
  compliance: "Compliance",
  dispute: "einen Streitfall",
  support: "Support",
  reporting: "das Meldewesen",
};
export const GROUPS: Readonly<Record<GroupName, string>> = {
  amount: "Betrag",
  pricing: "Preise",
  settlement_details: "Abwicklungsdaten",
  parties: "Parteien",
  narrative: "Beschreibung",
  external_references: "externe Kennungen",
};
export const INSTRUMENTS: Readonly<Record<InstrumentKind, string>> = {
  court_order: "ein Gerichtsbeschluss",
  subpoena: "eine Vorlageanordnung (Subpoena)",
  warrant: "ein Durchsuchungsbeschluss",
  statutory_demand: "ein gesetzliches Auskunftsverlangen",
  audit_mandate: "ein Prüfungsauftrag",
  epoc: "eine EPOC",
};
export const GRANTS: Readonly<Record<Exclude<GrantKind, "emergency"> | "any", string>> = {
  any: "Freigabe",
  request: "Freigabe aus einem Antrag",
  dispute: "Freigabe aus einem Streitfall",
};
export const LEVELS: Readonly<Record<FormLevel, string>> = {
  metadata: "nur mit Metadaten",
  masked: "maskiert",
  full: "vollständig",
};
export const WEEKDAYS = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"];
