import type { FormOptions } from "./answers";

/** The form of a regulator, for tests. */
export const options: FormOptions = {
  person: "regulator-001",
  organisation: "Settlement Markets Authority",
  purposes: ["audit", "compliance"],
  fields: ["amount", "pricing", "settlement_details", "parties", "narrative", "external_references"],
  level: "full",
  needsAuthority: true,
  kinds: ["court_order", "statutory_demand"],
  maskedBy: {
    court_order: [],
    subpoena: [],
    warrant: [],
    statutory_demand: [],
    audit_mandate: [],
    epoc: [],
  },
  jurisdictions: [],
  notices: [],
  answerDays: {
    "": 10,
    court_order: 14,
    subpoena: 14,
    warrant: 14,
    statutory_demand: 20,
    audit_mandate: 30,
    epoc: 10,
  },
  limits: { maxViews: 10_000, maxExports: 100, maxDays: 3_650, version: 1 },
};
