import "server-only";
import { type Run, statement } from "@/lib/db/statement";
import {
  ACTIVE_KEY_COLUMNS,
  type ActiveKeyColumns,
  type ActiveKeyRow,
  toActiveKeyRow,
} from "@/lib/keys/store";

export interface Participant {
  readonly id: string;
  readonly isNatural: boolean;
  readonly isActive: boolean;
  /** A client or miner, which belongs to neither the operator nor an agency. */
  readonly mayBeParty: boolean;
}

/** Participants with their active keys. Data may be sealed for a key once a keystore confirms it. */
export interface Parties {
  readonly participants: readonly Participant[];
  readonly keys: readonly ActiveKeyRow[];
}

interface ParticipantColumns {
  readonly party: string;
  readonly is_natural: boolean;
  readonly is_active: boolean;
  readonly may_be_party: boolean;
}

/** A participant without an active key has none of the key's columns. */
type Row = ParticipantColumns & (ActiveKeyColumns | { readonly id: null });

const FIND_PARTIES = statement<{ readonly tenantId: string; readonly ids: readonly string[] }, Row>(
  "find-parties",
)`
  SELECT p.id AS party, p.kind = 'natural' AS is_natural, p.state = 'active' AS is_active,
         p.role IN ('client', 'miner') AND coalesce(o.kind = 'company', false) AS may_be_party, ${ACTIVE_KEY_COLUMNS}
  FROM participant p
  LEFT JOIN organisation o ON o.id = p.organisation_id
  LEFT JOIN key_version k ON k.participant_id = p.id AND k.state = 'active'
  LEFT JOIN audit_entry e ON e.id = k.registration_entry_id
  WHERE p.tenant_id = ${({ tenantId }) => tenantId}::uuid AND p.id = ANY (${({ ids }) => ids}::text[])
  ORDER BY p.id`;

/** Returns these participants of the tenant and their active keys, each with its registration entry. */
export async function findParties(run: Run, tenantId: string, ids: readonly string[]): Promise<Parties> {
  const rows = await run(FIND_PARTIES, { tenantId, ids });
  return {
    participants: rows.map((row) => ({
      id: row.party,
      isNatural: row.is_natural,
      isActive: row.is_active,
      mayBeParty: row.may_be_party,
    })),
    keys: rows.flatMap((row) => (row.id === null ? [] : [toActiveKeyRow(row)])),
  };
}

const FIND_TAKEN_IDS = statement<{ readonly ids: readonly string[] }, { readonly id: string }>(
  "find-taken-ids",
)`
  SELECT id FROM transaction WHERE id = ANY (${({ ids }) => ids}::uuid[])`;

/** Returns those of the given ids that are taken, in any tenant: an id names one transaction permanently. */
export async function findTakenIds(run: Run, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  return new Set((await run(FIND_TAKEN_IDS, { ids })).map(({ id }) => id));
}
