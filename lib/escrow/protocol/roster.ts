import { z } from "zod";
import { BreakGlassStatement, ReviewStatement } from "./break-glass-statement";
import { EpochStatement } from "./epoch-order";
import { RosterPerson } from "./messages";
import { PolicyStatement } from "./policy-order";
import { ReleaseEndStatement, ReleaseStatement } from "./release-statement";
import { RewrapStatement } from "./rewrap-statement";
import {
  AccessReviewStatement,
  DecisionStatement,
  DisputeStatement,
  OpenStatement,
  RecoveryStatement,
  RosterStatement,
  recordDigest,
  StatementSignature,
} from "./statements";

const Digest = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** The custodian's roster. `statements` agree to it and are not part of its digest. */
export const Roster = z.strictObject({
  log: z.string().min(1),
  version: z.int().min(1),
  /** Digest of the previous version. */
  previous: Digest.optional(),
  persons: z.array(RosterPerson).max(10_000),
  /** Public key of the portal's evaluation key. It has an effect only if the custodian runs for evaluation. */
  evaluation_key: Digest.optional(),
  authorities: z.array(z.unknown()).default([]),
  /** Origins whose pages may request statements signed by passkey. */
  origins: z.array(z.string()).default([]),
  statements: z
    .array(z.strictObject({ statement: RosterStatement, signature: StatementSignature }))
    .optional(),
});
export type Roster = z.infer<typeof Roster>;

/** Returns the digest of a roster: of everything except the statements that agree to it. */
export function rosterDigest(roster: Roster): string {
  const { statements: _statements, ...rest } = roster;
  return recordDigest(rest);
}

/** `sealport/roster-held/1`: the custodian's signed statement of the roster it enforces now. */
export const RosterHeldStatement = z.strictObject({
  log: z.string().min(1).max(255),
  version: z.int().min(1),
  roster: Digest,
});
export type RosterHeldStatement = z.infer<typeof RosterHeldStatement>;

export const RosterResponse = z.strictObject({
  roster: Roster,
  statement: RosterHeldStatement,
  signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/),
});
export type RosterResponse = z.infer<typeof RosterResponse>;

export const RosterSubmission = z.strictObject({ roster: Roster });
export type RosterSubmission = z.infer<typeof RosterSubmission>;

/**
 * A signed statement that the portal sends to the custodian when a person signs. It takes effect later, together with
 * other statements or in another call.
 */
export const StatementNote = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("decision"),
    statement: DecisionStatement,
    signature: StatementSignature,
  }),
  z.strictObject({ kind: z.literal("open"), statement: OpenStatement, signature: StatementSignature }),
  z.strictObject({ kind: z.literal("dispute"), statement: DisputeStatement, signature: StatementSignature }),
  z.strictObject({ kind: z.literal("roster"), statement: RosterStatement, signature: StatementSignature }),
  z.strictObject({
    kind: z.literal("recovery"),
    statement: RecoveryStatement,
    signature: StatementSignature,
  }),
  z.strictObject({ kind: z.literal("rewrap"), statement: RewrapStatement, signature: StatementSignature }),
  z.strictObject({ kind: z.literal("release"), statement: ReleaseStatement, signature: StatementSignature }),
  z.strictObject({
    kind: z.literal("release-end"),
    statement: ReleaseEndStatement,
    signature: StatementSignature,
  }),
  z.strictObject({
    kind: z.literal("break-glass"),
    statement: BreakGlassStatement,
    signature: StatementSignature,
  }),
  z.strictObject({ kind: z.literal("epoch"), statement: EpochStatement, signature: StatementSignature }),
  z.strictObject({ kind: z.literal("policy"), statement: PolicyStatement, signature: StatementSignature }),
  z.strictObject({ kind: z.literal("review"), statement: ReviewStatement, signature: StatementSignature }),
  z.strictObject({
    kind: z.literal("access-review"),
    statement: AccessReviewStatement,
    signature: StatementSignature,
  }),
]);
export type StatementNote = z.infer<typeof StatementNote>;

export const NoteResponse = z.strictObject({
  ok: z.literal(true),
  assurance: z.enum(["evaluation", "signed"]),
});
export type NoteResponse = z.infer<typeof NoteResponse>;

export const ROSTER_PATHS = { roster: "/v1/roster", statements: "/v1/statements" } as const;

/** Returns the roster's row of a person; undefined if they are not on it. */
export function findPerson(roster: Roster, person: string): RosterPerson | undefined {
  return roster.persons.find((known) => known.person === person);
}

/**
 * Returns the organisations that the roster names for these participants. A participant without a person on the roster
 * has none.
 */
export function partiesOrganisations(roster: Roster, parties: readonly string[]): readonly string[] {
  return roster.persons.flatMap(({ participant, organisation }) =>
    participant !== undefined && parties.includes(participant) ? [organisation] : [],
  );
}
