/**
 * Administration: people, organisations and participants, and the agreements of two people that change them.
 * This file says what a kind of agreement is, kinds.ts lists them; ask-agreement.ts and decide-agreement.ts are the two
 * ends of each. people/, organisations/ and participants/ have the use cases of administrators.
 * Must stay true: the person who agrees is neither the asker nor the person concerned; what is carried out is what was
 * asked, on the rows that were shown; one active administrator who can sign in always remains.
 */
import "server-only";
import type { z } from "zod";
import type { Facts } from "@/lib/administration/agreements/schema";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import type { IssuedInvitation } from "@/lib/identity/invitations/issue-invitation";
import type { SessionSecret } from "@/lib/identity/sessions/session-token";
import type { Site } from "@/lib/identity/sign-in/site";
import type { Mailer } from "@/lib/notify/mail/mailer";

/** What the rules about people and organisations need: an identity provider asks without a person who acts. */
export type RuleContext = Pick<Context, "instance" | "clock"> & Partial<Pick<Context, "policies">>;

/** What use cases of administrators need in addition to the context of every call. */
export type AdministrationContext = Context &
  SessionSecret & {
    readonly site: Site;
    /** Absent where no mail server is set up. */
    readonly mailer?: Pick<Mailer, "send" | "host"> | undefined;
  };

/** A link that was made for a person, before it is mailed or shown. */
export interface MadeLink extends IssuedInvitation {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
}

/** One change as it was asked. */
export interface Change<A> {
  /** The agreement's. */
  readonly id: string;
  readonly subjectId: string;
  readonly after: A;
  readonly reason: string;
  readonly askedBy: string;
}

interface KindSpec<A> {
  readonly after: z.ZodType<A>;
  readonly subject: "person" | "organisation" | "program";
  /** Facts that only the portal reads: people are shown a short digest, so that a change of them is seen. */
  readonly sealed?: readonly string[];
  /** Name of what is changed, for people. */
  name(tx: Tx, cx: RuleContext, change: Pick<Change<A>, "subjectId" | "after">): Promise<string>;
  /** The person concerned, who may not agree. */
  concerns(subjectId: string): string | undefined;
  /** The rows as they are now, as they are shown and compared. */
  before(tx: Tx, cx: RuleContext, subjectId: string): Promise<Facts>;
  /** Throws where the change is not possible now. It runs when one person asks and again when the other agrees. */
  check(tx: Tx, cx: RuleContext, change: Pick<Change<A>, "subjectId" | "after">): Promise<void>;
  /** Before this moment no one can agree; absent where the second person may agree at once. */
  holdsUntil?(after: A): Date | undefined;
  /** Carries the change out in the transaction of the agreement. */
  apply(tx: Tx, cx: AdministrationContext, change: Change<A>): Promise<MadeLink | undefined>;
}

/** A kind of agreement whose `after` is read by its own schema. */
export type Kind = KindSpec<unknown>;

/** Makes a row of the table of kinds. */
export function kind<A>(spec: KindSpec<A>): Kind {
  const read = <C extends { readonly after: unknown }>(change: C) => ({
    ...change,
    after: spec.after.parse(change.after),
  });
  return {
    ...spec,
    name: (tx, cx, change) => spec.name(tx, cx, read(change)),
    check: (tx, cx, change) => spec.check(tx, cx, read(change)),
    apply: (tx, cx, change) => spec.apply(tx, cx, read(change)),
    ...(spec.holdsUntil === undefined
      ? {}
      : { holdsUntil: (after) => spec.holdsUntil?.(spec.after.parse(after)) }),
  };
}
