/**
 * Keys: versions of participants' keys, their states, and the recipient entries (wraps) of sealed groups.
 * register/ and possession/ make a key active; rotation/ and recovery/ replace one; wraps/ stores entries.
 * store.ts has the versions, states.ts the allowed states, vouch.ts decides whether a public key may be sealed to.
 * Must stay true: the portal seals only to a key that its keystore vouches for. A destroyed key never changes state.
 * A compromised key is re-wrapped from only with two people, and client-held private keys never reach the portal.
 */
import { z } from "zod";
import { ClosedLog, integerText, pageOf, pageQuery, Receipt, text, Uuid } from "@/lib/schema";
import { KeyState } from "./states";

export const ParticipantId = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, "not a participant id");
export const Custody = z.enum(["managed", "client"]);

/**
 * Body of POST /confidential/keys. `public_key` is base64url or base64 of 32 bytes, with client custody only. A public
 * key without a custody means a client-held key: the coordinator's programs know no custody.
 */
export const KeyRegistration = z
  .strictObject({
    participant_id: ParticipantId,
    public_key: z.string().max(64).optional(),
    algorithm: z.literal("X25519").default("X25519"),
    custody: Custody.optional(),
  })
  .transform(({ custody, ...body }) => ({
    ...body,
    custody: custody ?? (body.public_key === undefined ? ("managed" as const) : ("client" as const)),
  }));
export type KeyRegistration = z.output<typeof KeyRegistration>;

export const KeyChallenge = z.object({
  ephemeral_key: z.string(),
  server_tag: z.string(),
  nonce: z.string(),
  expires_at: z.string(),
  context: z.string(),
});
export type KeyChallenge = z.infer<typeof KeyChallenge>;

/** An answer to a challenge. */
export const ClientTag = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "not a tag: base64url of 32 bytes");

/** Body of a proof of possession: the answers to the challenges of the key, and of the client-held key it replaces. */
export const KeyProof = z.strictObject({ client_tag: ClientTag, replaced_tag: ClientTag.optional() });
export type KeyProof = z.infer<typeof KeyProof>;

/** A key that became active by its proof, and the key it replaced. */
export const ProvenKey = z.object({
  success: z.literal(true),
  key_id: z.string(),
  kid: z.string(),
  participant_id: z.string(),
  key_version: z.int(),
  state: KeyState,
  public_key: z.string(),
  registered_at: z.string(),
  /** The key and its time under the names that things of the API have. */
  id: z.string(),
  created_at: z.string(),
  /** The former key, deactivated; entries of a client-held key stay with it until its participant moves them. */
  replaced: z.object({ key_id: z.string(), kid: z.string(), remaining_wraps: z.int() }).optional(),
  /** Moves the entries of a former managed key. */
  rotation_id: z.string().optional(),
  receipt: Receipt,
});
export type ProvenKey = z.infer<typeof ProvenKey>;

/** Answer of a registration; `challenge` for client-held keys only, `receipt` if a key was made. */
export const RegisteredKey = z.object({
  success: z.literal(true),
  key_id: z.string(),
  kid: z.string(),
  participant_id: z.string(),
  key_version: z.int(),
  state: KeyState,
  public_key: z.string(),
  fingerprint: z.string().describe("Compared by people, e.g. before a first transaction."),
  registered_at: z.string(),
  /** The key and its time under the names that things of the API have. */
  id: z.string(),
  created_at: z.string(),
  challenge: KeyChallenge.optional(),
  /** The client-held key that it replaces; the same call proves its possession. */
  replaces: z.object({ key_id: z.string(), kid: z.string(), challenge: KeyChallenge }).optional(),
  receipt: Receipt.optional(),
});
export type RegisteredKey = z.infer<typeof RegisteredKey>;

export const KeyQuery = z.strictObject({
  ...pageQuery,
  participant_id: ParticipantId.optional(),
  /** By age of the version, oldest first by default. A cursor continues in the order it was given in. */
  order: z.enum(["oldest", "newest"]).optional(),
});
export type KeyQuery = z.infer<typeof KeyQuery>;

export const KeyPath = z.strictObject({ id: Uuid });

/** Body of a change of state. */
export const KeyStateOrder = z.strictObject({
  state: z.enum(["active", "suspended", "deactivated", "compromised", "destroyed"]),
  reason: text(1000),
});
export type KeyStateOrder = z.infer<typeof KeyStateOrder>;

/** A key whose state was changed. */
export const ChangedKey = z.object({
  success: z.literal(true),
  key_id: z.string(),
  kid: z.string(),
  participant_id: z.string(),
  state: KeyState,
  was: KeyState,
  /** Whether its entries can be opened with it now. */
  opens: z.boolean(),
  receipt: Receipt,
});
export type ChangedKey = z.infer<typeof ChangedKey>;

/** A listed key version; `remaining_wraps` and `due_at` for its own participant, coordinators and administrators. */
export const KeyView = z.object({
  key_id: z.string(),
  kid: z.string(),
  participant_id: z.string(),
  public_key: z.string(),
  key_version: z.int(),
  state: KeyState,
  custody: Custody,
  fingerprint: z.string(),
  registered_at: z.string(),
  /** The key and its time under the names that things of the API have. */
  id: z.string(),
  created_at: z.string(),
  /** Log entry that binds the fingerprint; `seq` is null until it is in the tree. */
  registration: z.object({ entry_id: z.string(), seq: z.int().nullable(), closed_log: ClosedLog }),
  remaining_wraps: z.int().optional(),
  /** Of an active managed key: when the portal rotates it automatically; for callers who see `remaining_wraps`. */
  due_at: z.string().optional(),
});
export type KeyView = z.infer<typeof KeyView>;

export const KeyPage = pageOf(KeyView);
export type KeyPage = z.infer<typeof KeyPage>;

/** An escrow epoch with the custodian's signature over `sealport/escrow-key/1`. */
export const EscrowEpochView = z.object({
  epoch: z.int(),
  kid: z.string(),
  public_key: z.string(),
  created_at: z.string(),
  /** active, deactivated (opens its entries) or destroyed. */
  state: z.string(),
  signature: z.string(),
  /** Of the active one: when the custodian starts the next automatically; absent while the portal does not know the custodian's rule. */
  due_at: z.string().optional(),
  /** Sealed groups with an escrow entry for it, for coordinators and administrators. */
  remaining_wraps: z.int().optional(),
});
export type EscrowEpochView = z.infer<typeof EscrowEpochView>;
export const EscrowEpochList = z.object({
  items: z.array(EscrowEpochView),
  custodian: z.string(),
  /** What an administrator's order names, with the act and the epoch. */
  order: z.object({ log: z.string(), person: z.string() }),
});
export type EscrowEpochList = z.infer<typeof EscrowEpochList>;

/** State of the backup of the portal's root key; the other processes show theirs on their machines only. */
export const RootBackupStanding = z.enum(["none", "older-root", "drill-due", "current", "unreadable"]);
export type RootBackupStanding = z.infer<typeof RootBackupStanding>;

export const RootBackup = z.object({
  /** Kid of the root key in use: `<keystore>#<number>`. */
  root: z.string(),
  /** none, of an older root, of this root with the last drill too long ago, of this root, or unreadable. */
  standing: RootBackupStanding,
  /** Days after which a drill is due. */
  drill_days: z.int(),
  /** The newest backup of this root, else the newest of all. */
  backup: z
    .object({
      id: z.string(),
      root: z.string(),
      threshold: z.int(),
      shares: z.int(),
      made_at: z.string(),
      last_drill_at: z.string().nullable(),
      drills: z.int(),
    })
    .optional(),
});
export type RootBackup = z.infer<typeof RootBackup>;

export const EpochPath = z.strictObject({ epoch: integerText(1, 1_000_000) });

/** An epoch that was started on demand. */
export const BegunEpoch = EscrowEpochView.omit({ remaining_wraps: true, due_at: true }).extend({
  success: z.literal(true),
  receipt: Receipt.optional(),
});
export type BegunEpoch = z.infer<typeof BegunEpoch>;

/** A former epoch whose private key is erased. */
export const DestroyedEpoch = z.object({
  success: z.literal(true),
  epoch: z.int(),
  kid: z.string(),
  state: z.literal("destroyed"),
  receipt: Receipt,
});
export type DestroyedEpoch = z.infer<typeof DestroyedEpoch>;
