import { z } from "zod";
import { DUTIES, GROUP_NAMES, INSTRUMENT_KINDS, PURPOSES, ROLES } from "./word-lists";

// Words that every room, the browser and the SDK use. It imports only packages and the lists next to it.

/** Role of a person or program (access.md "Words"). Support is a duty, not a role. */
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

/** Duties that a person may have in addition to the role (identity.md). */
export const Duty = z.enum(DUTIES);
export type Duty = z.infer<typeof Duty>;

/** Scopes of an API key (api.md "System"). */
export const Scope = z.enum([
  "submit",
  "open",
  "disclose",
  "export",
  "request",
  "decide",
  "keys",
  "read",
  "admin",
]);
export type Scope = z.infer<typeof Scope>;

/** The purposes for which data is requested and opened. */
export const Purpose = z.enum(PURPOSES);
export type Purpose = z.infer<typeof Purpose>;

/** The kinds of legal authority. */
export const InstrumentKind = z.enum(INSTRUMENT_KINDS);
export type InstrumentKind = z.infer<typeof InstrumentKind>;

/** The field groups of a transaction; each is sealed in its own envelope. */
export const GroupName = z.enum(GROUP_NAMES);
export type GroupName = z.infer<typeof GroupName>;

/** How much of a field a grant shows. */
export const Level = z.enum(["metadata", "masked", "full"]);
export type Level = z.infer<typeof Level>;
