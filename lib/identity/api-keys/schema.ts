import { z } from "zod";
import { Instant, pageOf, pageQuery, Receipt, text, Uuid, visibleLine, visibleText } from "@/lib/schema";
import { Duty, Role, Scope } from "@/lib/vocabulary";

const HOURS = 24 * 7;

const Scopes = z
  .array(Scope)
  .min(1)
  .max(Scope.options.length)
  .refine((scopes) => new Set(scopes).size === scopes.length, "a scope occurs twice");
/** Ed25519 public key of 32 bytes, base64url without padding (RFC 8032). */
const SigningKey = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "not an Ed25519 public key in base64url");

/** A key as its holder and administrators see it, never the key itself. */
export const ApiKeyView = z.object({
  id: z.uuid(),
  label: z.string(),
  prefix: z.string(),
  /** Handle of the account. */
  holder: z.string(),
  holder_name: z.string(),
  state: z.enum(["live", "expired", "revoked"]),
  scopes: z.array(Scope),
  /** Addresses or CIDR ranges from which it may be used; empty allows all. */
  addresses: z.array(z.string()),
  /** The public key that its calls are signed with (RFC 9421), if any. */
  signing_key: z.string().nullable(),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  /** To the minute. */
  last_used_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
});
export type ApiKeyView = z.infer<typeof ApiKeyView>;

export const ApiKeyPage = pageOf(ApiKeyView).extend({
  /** Scopes that at least one call for the caller's role and duties needs. */
  scopes: z.array(Scope),
});
export type ApiKeyPage = z.infer<typeof ApiKeyPage>;

/** The key that makes the call, its holder's role and duties, and whether it signed the call. */
export const CallingKey = ApiKeyView.omit({ holder_name: true }).extend({
  role: Role,
  duties: z.array(Duty),
  participant_id: z.string().optional(),
  signed: z.boolean(),
});
export type CallingKey = z.infer<typeof CallingKey>;

/** A new key with its secret, which is shown this once and not stored. */
export const MadeApiKey = ApiKeyView.extend({ key: z.string(), receipt: Receipt });
export type MadeApiKey = z.infer<typeof MadeApiKey>;

export const NewApiKey = z.strictObject({
  label: visibleLine(60),
  scopes: Scopes,
  addresses: z.array(text(64)).max(20).optional(),
  expires_at: Instant.optional(),
  signing_key: SigningKey.optional(),
});
export type NewApiKey = z.infer<typeof NewApiKey>;

export const ApiKeyRotation = z.strictObject({
  /** How long the old key still works after the new one exists. */
  overlap_hours: z.int().min(0).max(HOURS).default(24),
  /** A different public key for the new key; without it the old one's is kept. */
  signing_key: SigningKey.optional(),
});
export type ApiKeyRotation = z.infer<typeof ApiKeyRotation>;

/** A key that was ended; with a receipt if this call ended it. */
export const EndedApiKey = ApiKeyView.extend({ receipt: Receipt.optional() });
export type EndedApiKey = z.infer<typeof EndedApiKey>;

export const ApiKeyPath = z.strictObject({ id: Uuid });
export const ApiKeyQuery = z.strictObject(pageQuery);
export type ApiKeyQuery = z.infer<typeof ApiKeyQuery>;
export const ApiKeyEnd = z.strictObject({ reason: visibleText(1000).optional() });
export type ApiKeyEnd = z.infer<typeof ApiKeyEnd>;
