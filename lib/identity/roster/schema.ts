import { z } from "zod";
import { Roster } from "@/lib/escrow/protocol/roster";
import { RosterStatement, StatementSignature } from "@/lib/escrow/protocol/statements";

const Uuid = z.uuid().toLowerCase();
const CredentialId = z.string().min(1).max(1024);

export const RosterChangeKind = z.enum(["first", "add", "replace", "remove"]);
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
  /** The person whose keys change. */
  person: z.string(),
  name: z.string(),
  kind: RosterChangeKind,
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
