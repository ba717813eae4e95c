import { z } from "zod";
import { AuthorizationState, GrantState } from "@/lib/access/requests/schema";
import { GroupName, InstrumentKind, Level } from "@/lib/vocabulary";

// The schema of the facts of a decision as its entry has them (docs/formats/facts.md). People are numbered by their first mention, and
// only the reader's organisation has its name: that two are the same decides, not who they are.

const Person = z.string().regex(/^(reader|p\d{1,4})$/);
const Organisation = z.string().max(100);
const At = z.iso.datetime({ precision: 3 });
const Groups = z.array(GroupName).max(6);
const Duty = z.enum([
  ...(["admin", "approve", "legal", "compliance", "privacy", "support", "recovery"] as const),
  ...(["executive", "break-glass"] as const),
]);

/** A session by the times of its proofs, a program by whether its call was signed. */
const Proof = z.union([
  z.strictObject({ proved_at: At, factor_at: At.exactOptional() }),
  z.strictObject({ signed: z.boolean() }),
]);

const Grant = z.strictObject({
  holder: Person,
  organisation: Organisation,
  viewers: z.array(Person),
  co_viewers: z.array(Person),
  names_record: z.boolean(),
  groups: Groups,
  level: Level,
  purpose: z.string(),
  from: At,
  until: At,
  max_views: z.int(),
  views_used: z.int(),
  state: GrantState,
  authority: z
    .strictObject({ kind: InstrumentKind, state: AuthorizationState, from: At, until: At })
    .exactOptional(),
  approvals: z.array(z.strictObject({ by: Person, organisation: Organisation })),
  dispute: z
    .strictObject({ live: z.boolean(), taken_by: Person.exactOptional(), parties: z.array(Organisation) })
    .exactOptional(),
  emergency: z.strictObject({ parties: z.array(Organisation) }).exactOptional(),
});

/** The recorded facts of one decision about an opening. Closed: a member that is not here is not read. */
export const RecordedFacts = z.strictObject({
  format: z.literal(1),
  at: At,
  purpose: z.string(),
  groups: Groups.exactOptional(),
  reader: z.strictObject({
    role: z.enum(["client", "miner", "coordinator", "auditor", "regulator", "admin"]),
    organisation: Organisation,
    duties: z.array(Duty),
    active: z.boolean(),
    second_factor: z.boolean(),
    proof: Proof,
  }),
  office: z.strictObject({
    zone: z.string(),
    /** `1 09:00 17:00` for Mondays. */
    hours: z
      .array(z.string().regex(/^[1-7] \S{0,5} \S{0,5}$/))
      .max(7)
      .exactOptional(),
    holidays: z.array(z.string()),
  }),
  record: z.strictObject({
    created_at: At,
    own: z.boolean(),
    groups: Groups,
    retention_class: z.string(),
    hold_until: At.exactOptional(),
  }),
  grant: Grant.exactOptional(),
  opening: z.enum(["signed", "evaluation", "unbound"]).exactOptional(),
  hours_override: z.boolean(),
  evaluation: z.boolean(),
});
export type RecordedFacts = z.infer<typeof RecordedFacts>;
