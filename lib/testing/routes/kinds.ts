import { Client } from "pg";

/** The table with the ids of a path's first parameter, by the address before it. */
const TABLES: readonly (readonly [address: RegExp, table: string])[] = [
  [/break-glass\/\{id\}/, "break_glass"],
  [/grants\/\{id\}/, "access_grant"],
  [/policy-replays\/\{id\}/, "policy_run"],
  [/preservations\/\{id\}/, "preservation"],
  [/(access|admin)\/requests\/\{id\}/, "access_request"],
  [/api-keys\/\{id\}/, "api_key"],
  [/passkeys\/\{id\}/, "credential"],
  [/roster\/changes\/\{id\}/, "roster_change"],
  [/authorities\/\{id\}/, "authority"],
  [/quarantine\/\{id\}/, "audit_entry"],
  [/organisations\/\{id\}/, "organisation"],
  [/(users|invitations)\/\{id\}/, "app_user"],
  [/participants\/\{id\}/, "participant"],
  [/agreements\/\{id\}/, "agreement"],
  [/record-access\/\{id\}/, "transaction"],
  [/access-reviews\/\{id\}/, "access_review"],
  [/webhooks\/\{id\}/, "webhook"],
  [/alert-addresses\/\{id\}/, "alert_address"],
  [/views\/\{id\}/, "saved_view"],
  [/follows\/\{id\}/, "follow"],
  [/alerts\/\{id\}/, "alert"],
  [/erasures\/\{id\}/, "audit_erasure"],
  [/exports\/\{id\}/, "audit_export"],
  [/verifications\/\{id\}/, "audit_verification"],
  [/disputes\/\{id\}/, "dispute"],
  [/rotations\/\{id\}/, "key_rotation"],
  [/keys\/\{id\}/, "key_version"],
  [/transactions\/\{id\}/, "transaction"],
];

/** The same for members of bodies and queries, and for further parameters, by name. */
const MEMBERS: readonly (readonly [name: RegExp, table: string])[] = [
  [/^grant(_id)?$/, "access_grant"],
  [/^transactions?(_id)?$/, "transaction"],
  [/^authorization_id$/, "legal_authorization"],
  [/^entry_id$/, "audit_entry"],
  [/^dispute_id$/, "dispute"],
  [/^request_id$/, "access_request"],
  [/^release_id$/, "executive_release"],
  [/^delivery_id$/, "notify_delivery"],
  [/^co_viewers$/, "app_user"],
  [/^organisation_ids?$/, "organisation"],
  [/^(token_id|replaces)$/, "scim_token"],
];

/** Returns the table whose ids an address takes first; undefined for an unlisted address. */
export function tableOf(path: string): string | undefined {
  return TABLES.find(([address]) => address.test(path))?.[1];
}

/** Returns the table whose ids are in a member of this name. */
export function tableOfMember(name: string): string | undefined {
  return MEMBERS.find(([pattern]) => pattern.test(name))?.[1];
}

/** Returns a few ids of every table named above, newest first, read as the database's owner. */
export async function readIds(url: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const connection = new Client({ connectionString: url });
  await connection.connect();
  try {
    const found = new Map<string, readonly string[]>();
    for (const table of new Set([...TABLES, ...MEMBERS].map(([, name]) => name))) {
      const { rows } = await connection.query<{ id: string }>(
        `SELECT id::text FROM "${table}" ORDER BY id DESC LIMIT 4`,
      );
      found.set(
        table,
        rows.map(({ id }) => id),
      );
    }
    return found;
  } finally {
    await connection.end();
  }
}
