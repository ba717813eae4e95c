import "server-only";
import { z } from "zod";
import { isAddressOrRange } from "@/lib/addresses";

/** `1` means yes; any other value means no. */
export const Flag = z
  .string()
  .optional()
  .transform((value) => value === "1");
export const Port = z.coerce.number().int().min(0).max(65535);
export const Text = z.string().min(1);
export const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A period such as `90s`, `15m`, `24h` or `1d`, in milliseconds; `0` for never. */
export const Period = z
  .string()
  .regex(/^(?:0|[1-9][0-9]{0,5}[smhd])$/)
  .transform((value) => {
    const unit = value.at(-1);
    const isUnit = unit === "s" || unit === "m" || unit === "h" || unit === "d";
    return isUnit ? Number(value.slice(0, -1)) * UNIT_MS[unit] : 0;
  });
export const LogLevel = z
  .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"])
  .default("info");

function isOrigin(value: string): boolean {
  return URL.canParse(value) && new URL(value).origin === value;
}

/** Addresses of an evaluation, separated by commas. Elsewhere the roster alone names origins (ADR 0009). */
export const Origins = z
  .string()
  .default("")
  .transform((value) => value.split(",").filter((origin) => origin !== ""))
  .refine((origins) => origins.every(isOrigin), "not origins");

/** Where people reach the portal. Cookies and passkeys need https, except on this machine itself. */
export const PortalOrigin = z
  .url({ protocol: /^https?$/ })
  .refine(
    (url) =>
      /^https:|^http:\/\/(?:localhost|[a-z0-9.-]+\.localhost|127\.0\.0\.1|\[::1\])(?::|\/|$)/.test(url),
    "begin with https://, except on this machine itself",
  );

/** Addresses and CIDR ranges of the operator's proxies, separated by commas. */
export const Proxies = z
  .string()
  .default("")
  .transform((value) => value.split(",").flatMap((entry) => entry.trim() || []))
  .refine((entries) => entries.every(isAddressOrRange), "not addresses or CIDR ranges, separated by commas");

/** Default number of days that the log's entries are kept, for every class. */
export const RETENTION_FLOOR_DAYS = 2_555;

const OptionalText = Text.optional();

/** The database of a portal. */
export const portalDatabaseFields = {
  DATABASE_URL: Text,
  /** The same login at PostgreSQL itself, if DATABASE_URL is that of a pooler. The portal listens for changes there. */
  DATABASE_LISTEN_URL: Text.optional(),
  /** The same login at a streaming replica. Reads that decide nothing go there. */
  DATABASE_REPLICA_URL: Text.optional(),
  /** How long a read waits for the replica to catch up, in milliseconds. After that it goes to DATABASE_URL. */
  DATABASE_REPLICA_WAIT_MS: z.coerce.number().int().min(0).max(10_000).default(300),
  /** How long a call waits for a database connection, in milliseconds. */
  DATABASE_WAIT_MS: z.coerce.number().int().min(100).max(120_000).optional(),
};

/** Where the launcher finds the operator's own database. Without DATABASE_URL it runs an embedded one. */
export const databaseTexts = {
  DATABASE_URL: OptionalText,
  DATABASE_ADMIN_URL: OptionalText,
  DATABASE_OWNER_URL: OptionalText,
  SEQUENCER_DATABASE_URL: OptionalText,
  SIGNER_DATABASE_URL: OptionalText,
  RETENTION_DATABASE_URL: OptionalText,
  DATABASE_LISTEN_URL: OptionalText,
  DATABASE_REPLICA_URL: OptionalText,
  DATABASE_REPLICA_WAIT_MS: OptionalText,
};

/** How a portal sends e-mail; without it no mail is sent. */
export const mailFields = {
  /** The operator's mail server, `smtp://user:password@host:587` (STARTTLS) or `smtps://…`. */
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  /** The one plain address that e-mail comes from. */
  SMTP_FROM: z.string().min(1).optional(),
};

/** The same for the launcher, which passes them on without checking them. */
export const mailTexts = { SMTP_URL: z.string().min(1).optional(), SMTP_FROM: z.string().min(1).optional() };
