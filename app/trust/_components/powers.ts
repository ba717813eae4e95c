/** The parts that the trust page compares, in the order of its table. */
export const PARTS = ["portal", "database", "signer", "custodian", "witness", "approver"] as const;
export type Part = (typeof PARTS)[number];

/** What a part alone, or two together, could do; the words are in the catalogue, the reasons in docs/threat-model.md. */
const POWERS = {
  "portal+portal": { key: "portal", weight: "reads" },
  "database+portal": { key: "portalDatabase", weight: "reads" },
  "database+database": { key: "database", weight: "limited" },
  "signer+database": { key: "signerDatabase", weight: "limited" },
  "signer+signer": { key: "signer", weight: "limited" },
  "custodian+custodian": { key: "custodian", weight: "reads" },
  "custodian+portal": { key: "custodianPortal", weight: "reads" },
  "custodian+database": { key: "custodianDatabase", weight: "reads" },
  "witness+signer": { key: "witnessSigner", weight: "limited" },
  "witness+witness": { key: "witness", weight: "nothing" },
  "approver+portal": { key: "approverPortal", weight: "limited" },
  "approver+approver": { key: "approver", weight: "limited" },
} as const satisfies Record<string, { key: string; weight: "reads" | "limited" | "nothing" }>;

export type Power = (typeof POWERS)[keyof typeof POWERS];

function isPair(text: string): text is keyof typeof POWERS {
  return text in POWERS;
}

/** Returns what these two parts can do together, or one part alone if both are the same; undefined for no more than each alone. */
export function powerOf(row: Part, column: Part): Power | undefined {
  const pair = `${row}+${column}`;
  return isPair(pair) ? POWERS[pair] : undefined;
}
