import { z } from "zod";
import { SignedBreakGlass } from "./break-glass-statement";
import { AuthorizationRecord, DecidedSubmission, DisputeSubmission, Registrations } from "./messages";
import { FrozenRequestRecord, RELEASE_PERSONS, SignedRelease } from "./release-statement";
import { Person } from "./statements";

// What a grant may rest on, as it is handed to the custodian, and what ends or follows it.

const Uuid = z.uuid().toLowerCase();

/** What two executives let an overdue request have, with the request and the authority that their terms name. */
export const ReleaseSubmission = z.strictObject({
  grant: Uuid,
  releases: z.array(SignedRelease).length(RELEASE_PERSONS),
  request: FrozenRequestRecord,
  authorization: AuthorizationRecord,
  registrations: Registrations,
});
export type ReleaseSubmission = z.infer<typeof ReleaseSubmission>;

/** An hour of masked values for a holder of break-glass; the text is the one whose digest was signed. */
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

/** Takes a grant out of force for good; what is left of it may be decided on anew. */
export const Suspension = z.strictObject({
  grant: Uuid,
  reason: z.string().min(1).max(2000),
  at: z.string().min(20).max(27),
});
export type Suspension = z.infer<typeof Suspension>;

export const CO_VIEWER_ENDS_PATH = "/v1/co-viewer-ends";
/** Takes a co-viewer out of a request for good, whatever grants it has or will have. */
export const CoViewerEnd = z.strictObject({
  request: Uuid,
  person: Person,
  reason: z.string().min(1).max(2000),
  at: z.string().min(20).max(27),
});
export type CoViewerEnd = z.infer<typeof CoViewerEnd>;

/** What the custodian says of a use of break-glass after a review of it. */
export const ReviewResponse = z.strictObject({
  ok: z.literal(true),
  assurance: z.enum(["evaluation", "signed"]),
  /** It came more than 72 hours after the use began. */
  late: z.boolean(),
});
export type ReviewResponse = z.infer<typeof ReviewResponse>;
