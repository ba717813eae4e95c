import { ALL_HOURS, OFFICE_HOURS, type WeeklyHours } from "@/lib/organisations/hours";

/** One demonstration organisation. */
export interface DemoOrganisation {
  readonly key: string;
  readonly name: string;
  readonly kind: "operator" | "agency" | "company";
  readonly weeklyHours?: WeeklyHours;
  readonly emailDomain: string;
}

export const ORGANISATIONS: readonly DemoOrganisation[] = [
  { key: "client-456", name: "Nordlicht Handel GmbH", kind: "company", emailDomain: "nordlicht.example" },
  { key: "client-123", name: "Alder & Finch Ltd", kind: "company", emailDomain: "alderfinch.example" },
  { key: "miner-789", name: "Basalt Compute AG", kind: "company", emailDomain: "basalt.example" },
  {
    key: "miner-456",
    name: "Quarzwerk Rechenzentrum GmbH",
    kind: "company",
    emailDomain: "quarzwerk.example",
  },
  { key: "operator", name: "Sealport Operations", kind: "operator", emailDomain: "operator.example" },
  // A separate organisation, so that the operator's people may decide what support asks for.
  { key: "support", name: "Elbe Support Desk GmbH", kind: "company", emailDomain: "elbedesk.example" },
  {
    key: "auditor-001",
    name: "Prüfverband Mitte",
    kind: "agency",
    weeklyHours: ALL_HOURS,
    emailDomain: "pruefverband.example",
  },
  {
    key: "auditor-002",
    name: "Revision Süd",
    kind: "agency",
    weeklyHours: OFFICE_HOURS,
    emailDomain: "revision.example",
  },
  {
    key: "regulator-001",
    name: "Settlement Markets Authority",
    kind: "agency",
    weeklyHours: ALL_HOURS,
    emailDomain: "authority.example",
  },
  // An organisation that may release overdue answers. It is not that of a requester, a party or an approver.
  { key: "board", name: "Harbour Trust Board", kind: "company", emailDomain: "harbourtrust.example" },
];
