import "server-only";
import { toBase64url } from "@/lib/crypto/bytes";
import type { Tx } from "@/lib/db/transaction";
import { statementAlgorithm } from "@/lib/escrow/protocol/cose-key";
import { RosterPerson } from "@/lib/escrow/protocol/messages";

/** A person with an account, as a roster would list them. */
export interface Candidate {
  readonly userId: string;
  readonly handle: string;
  readonly name: string;
  /** Name of their organisation. */
  readonly organisation: string;
  /** The person, their organisation and their participant are all active. */
  readonly isActive: boolean;
  /** With all passkeys that they sign in with and that can sign statements, where the page they sign on is known. */
  readonly entry: RosterPerson;
  /** Credential ids of passkeys that the person or an administrator has removed. */
  readonly removed: readonly string[];
}

type Named = Map<string, { readonly name: string; readonly isActive: boolean }>;

async function listOrganisations(tx: Tx, tenantId: string): Promise<Named> {
  const rows = await tx.organisation.findMany({
    where: { tenant_id: tenantId },
    select: { id: true, name: true, state: true },
  });
  return new Map(rows.map(({ id, name, state }) => [id, { name, isActive: state === "active" }]));
}

async function listParticipants(tx: Tx, tenantId: string): Promise<Named> {
  const rows = await tx.participant.findMany({
    where: { tenant_id: tenantId },
    select: { id: true, state: true },
  });
  return new Map(rows.map(({ id, state }) => [id, { name: id, isActive: state === "active" }]));
}

function grouped<T extends { readonly user_id: string }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(row.user_id, [...(groups.get(row.user_id) ?? []), row]);
  return groups;
}

async function listPasskeys(tx: Tx, tenantId: string) {
  const rows = await tx.credential.findMany({
    where: { tenant_id: tenantId, kind: "passkey" },
    orderBy: { created_at: "asc" },
    select: { user_id: true, external_id: true, public_key: true, revoked_at: true },
  });
  return grouped(
    rows.flatMap(({ user_id, external_id: id, public_key: key, revoked_at }) =>
      id === null || key === null ? [] : [{ user_id, id, key, isRemoved: revoked_at !== null }],
    ),
  );
}

/** Returns all people with an account, in the order of their handles; without `rpId` they have no keys. */
export async function listCandidates(
  tx: Tx,
  { tenantId, rpId }: { readonly tenantId: string; readonly rpId?: string },
): Promise<Candidate[]> {
  const people = await tx.app_user.findMany({
    where: { tenant_id: tenantId },
    orderBy: { handle: "asc" },
    select: {
      ...{ id: true, handle: true, name: true, role: true, state: true },
      ...{ organisation_id: true, participant_id: true },
    },
  });
  const organisations = await listOrganisations(tx, tenantId);
  const participants = await listParticipants(tx, tenantId);
  const duties = grouped(
    await tx.duty.findMany({ where: { tenant_id: tenantId }, orderBy: { duty: "asc" } }),
  );
  const passkeys = await listPasskeys(tx, tenantId);
  return people.map((one) => {
    const organisation = organisations.get(one.organisation_id);
    const participant = one.participant_id ?? undefined;
    const own = passkeys.get(one.id) ?? [];
    const signing = own.filter(({ isRemoved, key }) => !isRemoved && statementAlgorithm(key) !== undefined);
    const isParty = one.role === "client" || one.role === "miner";
    const isOfActive =
      organisation?.isActive === true &&
      (participant === undefined || participants.get(participant)?.isActive === true);
    return {
      userId: one.id,
      handle: one.handle,
      name: one.name,
      organisation: organisation?.name ?? "",
      isActive: one.state === "active" && isOfActive,
      entry: RosterPerson.parse({
        person: one.handle,
        organisation: one.organisation_id,
        role: one.role,
        duties: (duties.get(one.id) ?? []).map(({ duty }) => duty),
        ...(isParty && participant !== undefined ? { participant } : {}),
        credentials: (rpId === undefined ? [] : signing.slice(0, 16)).map(({ id, key }) => ({
          kind: "passkey",
          credential_id: id,
          public_key: toBase64url(key),
          rp_id: rpId,
        })),
      }),
      removed: own.flatMap(({ id, isRemoved }) => (isRemoved ? [id] : [])),
    };
  });
}
