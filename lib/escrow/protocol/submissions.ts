import { z } from "zod";
import { SignedBreakGlass } from "./break-glass-statement";
import { AuthorizationRecord, DecidedSubmission, DisputeSubmission, Registrations } from "./messages";
import { FrozenRequestRecord, RELEASE_PERSONS, SignedRelease } from "./release-statement";
import { Person } from "./statements";

// What a grant may be based on, as the portal submits it to the custodian, and what ends or follows it.

const Uuid = z.uuid().toLowerCase();

/** An executive release: the statements, the request and the authority that their terms name. */
export const ReleaseSubmission = z.strictObject({
  grant: Uuid,
  releases: z.array(SignedRelease).length(RELEASE_PERSONS),
  request: FrozenRequestRecord,
  authorization: AuthorizationRecord,
  registrations: Registrations,
});
export type ReleaseSubmission = z.infer<typeof ReleaseSubmission>;

/** An hour of masked values for a holder of emergency access. The text is the one whose digest was signed. */
export const EmergencySubmission = z.strictObject({
  grant: Uuid,
  emergency: SignedBreakGlass,
  reason: z.string().min(1).max(2000),
  registrations: Registrations,
});
export type EmergencySubmission = z.infer<typeof EmergencySubmission>;

export const GrantSubmission = z.union([
  DecidedSubmission,
  DisputeSubmission,
  ReleaseSubmission,
  EmergencySubmission,
]);
export type GrantSubmission = z.infer<typeof GrantSubmission>;

/** Suspends a grant for good. New decisions can grant what is left of it. */
export const Suspension = z.strictObject({
  grant: Uuid,
  reason: z.string().min(1).max(2000),
  at: z.string().min(20).max(27),
});
export type Suspension = z.infer<typeof Suspension>;

export const CO_VIEWER_ENDS_PATH = "/v1/co-viewer-ends";
/** Removes a co-viewer from a request for good, for all its present and later grants. */
export const CoViewerEnd = z.strictObject({
  request: Uuid,
  person: Person,
  reason: z.string().min(1).max(2000),
  at: z.string().min(20).max(27),
});
export type CoViewerEnd = z.infer<typeof CoViewerEnd>;

/** State of an emergency access at the custodian after a review. */
export const ReviewResponse = z.strictObject({
  ok: z.literal(true),
  assurance: z.enum(["evaluation", "signed"]),
  /** The review came more than 72 hours after the use began. */
  late: z.boolean(),
});
export type ReviewResponse = z.infer<typeof ReviewResponse>;
