/** Why a line of a list cannot be imported. A page has its own words for each code. */
export type RowFault =
  | { readonly code: "cells"; readonly found: number; readonly expected: number }
  | { readonly code: "formula"; readonly column: string }
  | { readonly code: "twice"; readonly line: number }
  | { readonly code: "missing"; readonly column: string }
  | { readonly code: "value"; readonly column: string; readonly detail: string }
  | { readonly code: "noOrganisation"; readonly organisation: string }
  | { readonly code: "organisationTwice"; readonly organisation: string }
  | { readonly code: "organisationSuspended"; readonly organisation: string }
  | { readonly code: "home"; readonly role: string; readonly kind: string }
  | { readonly code: "address" }
  | { readonly code: "duties" }
  | { readonly code: "noParticipant" }
  | { readonly code: "notForRole" }
  | { readonly code: "differs" }
  | { readonly code: "left" };

type Said<C extends RowFault["code"]> = (fault: Extract<RowFault, { code: C }>) => string;

const SENTENCES: { readonly [C in RowFault["code"]]: Said<C> } = {
  cells: ({ found, expected }) => `has ${found} cells, and line 1 names ${expected}`,
  formula: ({ column }) => `${column} begins like a formula`,
  twice: ({ line }) => `is in line ${line} already`,
  missing: ({ column }) => `${column} is missing`,
  value: ({ column, detail }) => `${column} ${detail}`,
  noOrganisation: ({ organisation }) => `organisation "${organisation}" is unknown`,
  organisationTwice: ({ organisation }) => `two organisations have the name "${organisation}"; use the id`,
  organisationSuspended: ({ organisation }) => `organisation "${organisation}" is suspended`,
  home: ({ role, kind }) => `${role} does not fit an organisation of the kind ${kind}`,
  address: () => "email is not of a verified domain of the agency",
  duties: () => "role and duties do not go together",
  noParticipant: () => "participant is not an active participant of this organisation and role",
  notForRole: () => "participant is only for clients and providers",
  differs: () => "exists with other facts",
  left: () => "is the address of a person who has left",
};

/** Returns the sentence of a fault, for a command line. */
export function sayRowFault<C extends RowFault["code"]>(fault: Extract<RowFault, { code: C }>): string {
  const code: C = fault.code;
  const say: Said<C> = SENTENCES[code];
  return say(fault);
}
