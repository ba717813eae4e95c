export interface Organisation {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
}

/** A client or provider that a person can act for. */
export interface Participant {
  readonly id: string;
  readonly role: string;
  readonly organisation: { readonly id: string };
  readonly needs_agreement: boolean;
}

/** Returns the role that people of an organisation usually have, of a company by its participants; undefined where it is open. */
export function usualRole(
  organisation: string,
  offered: { readonly organisations: readonly Organisation[]; readonly participants: readonly Participant[] },
): string | undefined {
  const { organisations, participants } = offered;
  const kind = organisations.find(({ id }) => id === organisation)?.kind;
  if (kind === "operator") return "coordinator";
  if (kind === "agency") return "regulator";
  const roles = new Set(
    participants.filter((one) => one.organisation.id === organisation).map(({ role }) => role),
  );
  return roles.size === 1 ? [...roles][0] : undefined;
}
