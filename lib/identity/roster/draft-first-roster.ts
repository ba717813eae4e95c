import "server-only";
import type { Context } from "@/lib/context/context";
import { toBase64url } from "@/lib/crypto/bytes";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { statementAlgorithm } from "@/lib/escrow/protocol/cose-key";
import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import type { RosterDraft } from "@/lib/escrow/protocol/roster-draft";
import { findRoster } from "@/lib/identity/roster/current-roster";
import { listSignInPasskeys } from "@/lib/identity/roster/people-store";

/** The page that statements are signed on. */
export interface RosterSite {
  readonly rpId: string;
  readonly origin: string;
}

async function listPeople(tx: Tx, tenantId: string) {
  const people = await tx.app_user.findMany({
    where: { tenant_id: tenantId, state: "active" },
    orderBy: { handle: "asc" },
    select: { id: true, handle: true, name: true, role: true, organisation_id: true, participant_id: true },
  });
  const organisations = await tx.organisation.findMany({
    where: { tenant_id: tenantId },
    select: { id: true, name: true },
  });
  const duties = await tx.duty.findMany({ where: { tenant_id: tenantId }, orderBy: { duty: "asc" } });
  return people.map((person) => ({
    ...person,
    organisation: organisations.find(({ id }) => id === person.organisation_id)?.name ?? "",
    duties: duties.flatMap(({ user_id, duty }) => (user_id === person.id ? [duty] : [])),
  }));
}

type Person = Awaited<ReturnType<typeof listPeople>>[number];

async function credentialsOf(tx: Tx, userId: string, rpId: string): Promise<RosterPerson["credentials"]> {
  const passkeys = await listSignInPasskeys(tx, userId);
  return passkeys
    .filter(({ publicKey }) => statementAlgorithm(publicKey) !== undefined)
    .map(({ credentialId, publicKey }) => ({
      kind: "passkey",
      credential_id: credentialId,
      public_key: toBase64url(publicKey),
      rp_id: rpId,
    }));
}

function rosterPerson(person: Person, credentials: RosterPerson["credentials"]): RosterPerson {
  const isParty = person.role === "client" || person.role === "miner";
  return {
    person: person.handle,
    organisation: person.organisation_id,
    role: person.role as NonNullable<RosterPerson["role"]>,
    duties: person.duties,
    ...(isParty && person.participant_id !== null ? { participant: person.participant_id } : {}),
    credentials,
  };
}

/**
 * Returns the draft of the custodian's first roster: all active people with their passkeys. Throws `request.conflict`
 * when the custodian has a roster: later ones are agreed to by the people on it.
 */
export async function draftFirstRoster(cx: Context, site: RosterSite): Promise<RosterDraft> {
  if ((await findRoster(cx)) !== undefined)
    throw new DomainError("request.conflict", {
      detail: "The custodian has a roster. People on it agree to each change.",
    });
  return inSnapshot(cx, async (tx) => {
    const people = await listPeople(tx, cx.instance.tenantId);
    const persons: RosterPerson[] = [];
    const named: RosterDraft["people"] = [];
    const missing: RosterDraft["missing"] = [];
    for (const one of people) {
      const credentials = await credentialsOf(tx, one.id, site.rpId);
      const { handle: person, name, organisation, duties } = one;
      if (credentials.length === 0) missing.push({ person, name, organisation });
      else {
        persons.push(rosterPerson(one, credentials));
        named.push({ person, name, organisation, duties });
      }
    }
    const roster = { log: cx.instance.log, version: 1, persons, authorities: [], origins: [site.origin] };
    return { format: "sealport/roster-draft/1", roster, people: named, missing };
  });
}
