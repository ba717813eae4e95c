import { z } from "zod";
import { InstantOrDate, visibleLine, visibleText } from "@/lib/schema";
import { InstrumentKind } from "@/lib/vocabulary";

/** How a fact of an order came into the form. `read`: from the file's text, and no person has confirmed it yet. */
export const FactSource = z.enum(["typed", "confirmed", "read"]);

export const FactSources = z.strictObject({
  kind: FactSource.optional(),
  issuer: FactSource.optional(),
  jurisdiction: FactSource.optional(),
  case_number: FactSource.optional(),
  valid_from: FactSource.optional(),
  valid_until: FactSource.optional(),
});
export type FactSources = z.infer<typeof FactSources>;

export const AuthorizationFactsBody = z.strictObject({
  issuer: visibleLine(300),
  jurisdiction: z.string().regex(/^[A-Z]{2}$/, "neither an ISO 3166-1 alpha-2 code nor EU"),
  kind: InstrumentKind,
  case_number: visibleLine(200),
  valid_from: InstantOrDate,
  valid_until: InstantOrDate,
  recognition_basis: visibleText(1_000).optional(),
  sealed: z.strictObject({ basis: visibleText(1_000), until: InstantOrDate }).optional(),
  /** Whether it serves one request only. If absent, it may serve several while it is valid. */
  single_use: z.boolean().optional(),
  /** A request with a fact that is only `read` cannot be submitted. */
  sources: FactSources.optional(),
});
export type AuthorizationFactsBody = z.infer<typeof AuthorizationFactsBody>;

/** Why a legal authority is no longer valid. */
export const AuthorizationEnd = z.strictObject({ reason: visibleText(2_000) });
export type AuthorizationEnd = z.infer<typeof AuthorizationEnd>;
