import { z } from "zod";
import { Roster } from "@/lib/escrow/protocol/roster";
import { RosterStatement, StatementSignature } from "@/lib/escrow/protocol/statements";
import { RosterDifference, RosterEntry } from "@/lib/identity/roster/version-schema";

const Uuid = z.uuid().toLowerCase();
const CredentialId = z.string().min(1).max(1024);

export const RosterChangeKind = z.enum(["first", "add", "replace", "remove", "people"]);
export type RosterChangeKind = z.infer<typeof RosterChangeKind>;

export const RosterChangeState = z.enum(["pending", "done", "refused", "withdrawn", "superseded", "expired"]);
export type RosterChangeState = z.infer<typeof RosterChangeState>;

/** Who signs for a person: their own key, the portal (in an evaluation), or no one. */
export const SignedBy = z.enum(["own_key", "portal", "no_key", "unlisted"]);
export type SignedBy = z.infer<typeof SignedBy>;

export const NewRosterChange = z
  .strictObject({
    /** A sign-in passkey of the caller to enrol. */
    passkey_id: Uuid.optional(),
    /** Credential id of a passkey to replace with the new one or, without a new one, to remove. */
    removes: CredentialId.optional(),
  })
  .refine(({ passkey_id, removes }) => passkey_id !== undefined || removes !== undefined, {
    path: ["passkey_id"],
    error: "name a passkey to enrol or one to remove",
  });
export type NewRosterChange = z.infer<typeof NewRosterChange>;

/** The signature of a person with their own key; absent for people for whom the portal signs. */
export const RosterAgreement = z.strictObject({ signature: StatementSignature.optional() });
export type RosterAgreement = z.infer<typeof RosterAgreement>;

export const RosterRefusal = z.strictObject({ reason: z.string().trim().min(1).max(2_000).optional() });
export type RosterRefusal = z.infer<typeof RosterRefusal>;

const Instant = z.string();

export const RosterChangeView = z.strictObject({
  id: Uuid,
  /** The person whose keys change; of a version about people, the person who asked. Empty where the portal asked. */
  person: z.string(),
  name: z.string(),
  kind: RosterChangeKind,
  /** Of a version about people: whom it concerns, what it changes while it can come into force, and why. */
  concerned: z.array(z.strictObject({ person: z.string(), name: z.string() })).optional(),
  people: z.array(RosterDifference).optional(),
  purpose: z.string().optional(),
  /** The owner's name for the passkey. */
  label: z.string().optional(),
  added: CredentialId.optional(),
  removed: CredentialId.optional(),
  /** SHA-256 of each key's record on the roster, base64url, for two people to compare. */
  added_fingerprint: z.string().optional(),
  removed_fingerprint: z.string().optional(),
  state: RosterChangeState,
  version: z.int(),
  created_at: Instant,
  expires_at: Instant,
  agreements: z.array(
    z.strictObject({ person: z.string(), name: z.string(), by: z.enum(["own_key", "portal"]), at: Instant }),
  ),
  /** Whether the caller's own agreement is awaited. */
  awaits_me: z.boolean(),
  /**
   * The statement for the caller to sign, with the rosters before and after. So the signer's own program shows the
   * change. Absent if the portal signs, or if no agreement is awaited.
   */
  to_sign: z.strictObject({ statement: RosterStatement, before: Roster, after: Roster }).optional(),
  /** Confirmers: one more must agree, or two if the person cannot. */
  may_confirm: z.array(z.strictObject({ person: z.string(), name: z.string() })),
  reason: z.string().optional(),
  ended_at: Instant.optional(),
});
export type RosterChangeView = z.infer<typeof RosterChangeView>;

export const RosterChangeAnswer = RosterChangeView.extend({ receipt: z.unknown() });
export type RosterChangeAnswer = z.infer<typeof RosterChangeAnswer>;

export const RosterStanding = z.strictObject({
  person: z.string(),
  signed_by: SignedBy,
  /** Version of the roster in force; absent if the custodian has none. */
  version: z.int().optional(),
  rp_id: z.string(),
  /** The caller's keys on the roster. */
  keys: z.array(
    z.strictObject({
      kind: z.enum(["passkey", "ed25519"]),
      id: z.string(),
      label: z.string().optional(),
      passkey_id: Uuid.optional(),
    }),
  ),
  /** The caller's sign-in passkeys. */
  passkeys: z.array(
    z.strictObject({
      id: Uuid,
      label: z.string(),
      created_at: Instant,
      is_enrolled: z.boolean(),
      /** Some kinds of key can sign in but cannot sign statements. */
      can_sign: z.boolean(),
      /** Eight groups of four digits that its owner reads aloud to the custodian's operator. */
      groups: z.string(),
    }),
  ),
  /** The caller's own changes, newest first. */
  changes: z.array(RosterChangeView),
  /** Changes of others that wait for the caller. */
  to_confirm: z.array(RosterChangeView),
});
export type RosterStanding = z.infer<typeof RosterStanding>;

/** The roster in force, what differs from it in the portal, and the versions that wait. */
export const RosterPage = z.strictObject({
  version: z.int().optional(),
  digest: z.string().optional(),
  people: z.array(
    RosterEntry.extend({
      person: z.string(),
      name: z.string(),
      may_confirm: z.boolean(),
    }),
  ),
  /** People whom the next version should add, change or remove. */
  differences: z.array(
    RosterDifference.extend({
      /** It ends or changes what the person may do. */
      is_due: z.boolean(),
      organisation_name: z.string(),
    }),
  ),
  /** Active people who cannot be added: they have no passkey yet. */
  without_key: z.array(
    z.strictObject({ person: z.string(), name: z.string(), organisation_name: z.string() }),
  ),
  /** Versions about people, newest first. */
  changes: z.array(RosterChangeView),
  /** The caller's passkeys on the roster, to sign with. */
  signing: z.strictObject({ rp_id: z.string(), credential_ids: z.array(z.string()) }),
  may_ask: z.boolean(),
});
export type RosterPage = z.infer<typeof RosterPage>;
