import "server-only";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { AuditContext, Context } from "@/lib/context/context";
import type { Principal, SessionProof, SignInMethod } from "@/lib/context/principal";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { describeDevice } from "@/lib/format";
import type { ClaimFault } from "@/lib/identity/providers/check-claims";
import type { TripFault } from "@/lib/identity/providers/round-trip";
import type { SessionContext } from "@/lib/identity/sessions/find-session-principal";
import { principalOf, standingOf } from "@/lib/identity/sessions/principal";
import { SESSION_MS } from "@/lib/identity/sessions/session-rules";
import { newSid } from "@/lib/identity/sessions/session-token";
import { insertSession } from "@/lib/identity/sessions/store";
import type { Account } from "@/lib/identity/sign-in/credential-store";
import type { Limits } from "@/lib/rate-limit/limits";

/** The context of a sign-in, before any person is signed in. */
export type SignInContext = SessionContext &
  Omit<AuditContext, "principal"> &
  Pick<Context, "keystore"> & { readonly limits: Limits };

/** An accepted sign-in, with its session in the database. */
export interface SignedIn {
  readonly sid: string;
  readonly principal: Principal;
}

/** Why a sign-in by the organisation's identity provider was refused. */
export type ProviderFault =
  | ClaimFault
  | TripFault
  /** The subject belongs to no person here. */
  | "unlinked"
  /** Another address than the invited one. */
  | "address";

/** Why a sign-in was refused, for the log. Callers learn only that it was not accepted, until a factor is proved. */
export type SignInFault =
  | "unknown"
  | "password"
  | "inactive"
  | "factor-missing"
  | "code"
  | "replayed"
  /** Not checked: too many wrong codes came before. */
  | "slowed"
  | "recovery"
  | "challenge"
  | "passkey"
  | "passkey-of-another"
  | ProviderFault;

/** The one answer for every fault before a factor is proved, so callers cannot learn which accounts exist or which part was wrong. */
export function signInRefused(): DomainError {
  return new DomainError("auth.sign-in", {
    detail: "Check what you entered. Each code works once: if you used this one just now, wait for the next.",
  });
}

/** The answer to a person who proved both factors, and may not sign in. */
export function signInSuspended(): DomainError {
  return new DomainError("auth.suspended", {
    detail: "The account, its participant or its organisation is suspended. Ask an administrator.",
  });
}

function refusal(fault: SignInFault, method: SignInMethod, account: Account | undefined): AuditEvent {
  return {
    class: "identity",
    outcome: "denied",
    action: "session.create",
    subjects: [],
    details: { fault, method, ...(account === undefined ? {} : { user: account.holder.pseudonym }) },
  };
}

/** Records a refused sign-in and returns the error to throw. The typed address is not kept. */
export async function refuseSignIn(
  cx: SignInContext,
  fault: SignInFault,
  method: SignInMethod,
  account: Account | undefined,
): Promise<DomainError> {
  await recordEvent(cx, refusal(fault, method, account));
  return signInRefused();
}

/**
 * Records, in the transaction that takes the factor, that a suspended person proved both factors. Returns the error to
 * throw once it is committed.
 */
export async function refuseSuspended(
  tx: Tx,
  cx: SignInContext,
  account: Account,
  method: SignInMethod,
): Promise<DomainError> {
  const subjects = [`user:${account.holder.userId}`];
  await appendEntry(tx, cx, { ...refusal("inactive", method, account), subjects });
  return signInSuspended();
}

/** What a session rests on. */
export interface HowSignedIn {
  readonly method: SignInMethod;
  readonly passkeyId?: string;
  /** Where the proof is older than the session: the sign-in at the organisation's identity provider. */
  readonly provedAt?: Date;
  readonly providerId?: string;
}

/** Opens a session in the transaction that takes the factor: both succeed or neither does. */
export async function openSession(
  tx: Tx,
  cx: SignInContext,
  account: Account,
  { provedAt, providerId, ...how }: HowSignedIn,
): Promise<SignedIn> {
  const { holder } = account;
  const at = cx.clock.now();
  const proved = provedAt ?? at;
  const sid = newSid();
  const isMultiFactor = how.method !== "password";
  const proof: SessionProof = {
    kind: "session",
    sessionId: sid,
    ...how,
    provedAt: proved,
    ...(isMultiFactor ? { multiFactorAt: proved } : {}),
  };
  await insertSession(tx, {
    sid,
    tenantId: cx.instance.tenantId,
    userId: holder.userId,
    at,
    expiresAt: new Date(at.getTime() + SESSION_MS),
    provedAt: proved,
    ...how,
    ...(providerId === undefined ? {} : { providerId }),
    ...(isMultiFactor ? { multiFactorAt: proved } : {}),
    standing: standingOf(holder),
    device: describeDevice(cx.client.userAgent),
  });
  const principal = principalOf(holder, cx.scopesFor(holder.role, holder.duties), proof);
  await appendEntry(
    tx,
    { ...cx, principal },
    {
      class: "identity",
      outcome: "done",
      action: "session.create",
      subjects: [`session:${sid}`, `user:${holder.userId}`],
      details: { method: how.method, ...(providerId === undefined ? {} : { provider: providerId }) },
    },
  );
  return { sid, principal };
}
