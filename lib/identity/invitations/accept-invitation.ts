import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { uuidv7 } from "@/lib/crypto/uuid";
import { isUniqueViolation } from "@/lib/db/errors";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import {
  type InvitationFault,
  type Invited,
  invitationFault,
  refuseInvitation,
  requireInvited,
} from "@/lib/identity/invitations/check-invitation";
import type { AcceptByPasskey, AcceptByPassword } from "@/lib/identity/invitations/schema";
import { findInvitation, takeInvitation } from "@/lib/identity/invitations/store";
import { insertCredential } from "@/lib/identity/people/store";
import { findChallenge, takeChallenge } from "@/lib/identity/sign-in/challenge-store";
import { lockAccount } from "@/lib/identity/sign-in/credential-store";
import { challengeOf } from "@/lib/identity/sign-in/passkey";
import {
  passkeyNotAccepted,
  setUpGone,
  storePasskey,
  verifyAttestation,
} from "@/lib/identity/sign-in/passkey-registration";
import { hashPassword } from "@/lib/identity/sign-in/password";
import { weaknessOf } from "@/lib/identity/sign-in/password-strength";
import {
  type HowSignedIn,
  openSession,
  type SignedIn,
  type SignInContext,
} from "@/lib/identity/sign-in/sign-in";
import { matchTotp } from "@/lib/identity/sign-in/totp";

/** The factors that the person set, stored in the transaction that takes the link. */
export interface FirstFactors extends Pick<HowSignedIn, "provedAt" | "providerId"> {
  readonly method: "passkey" | "totp" | "oidc";
  /** Returns the id of the passkey, if the factor is one. */
  store(tx: Tx): Promise<string | undefined>;
}

/**
 * Takes the link, stores the factors and opens the session, all or nothing. Reads link and person again under the
 * person's lock. So of two uses at the same time, the second finds a way to sign in and is refused. A deactivation
 * comes before or after, never in between.
 */
export async function accept(
  cx: SignInContext,
  { invitation }: Invited,
  { store, ...how }: FirstFactors,
): Promise<SignedIn> {
  const { tenantId } = cx.instance;
  const now = cx.clock.now();
  const result = await inTransaction(
    cx,
    async (tx): Promise<SignedIn | { readonly fault: InvitationFault }> => {
      const account = await lockAccount(tx, tenantId, invitation.userId);
      const standing = await findInvitation(tx, tenantId, invitation.id);
      if (account === undefined || standing === undefined) return { fault: "unknown" };
      const fault = invitationFault({ invitation: standing, account }, now);
      if (fault !== undefined) return { fault };
      if (!(await takeInvitation(tx, invitation.id, now))) return { fault: "used" };
      const passkeyId = await store(tx);
      const signedIn = await openSession(tx, cx, account, {
        ...how,
        ...(passkeyId === undefined ? {} : { passkeyId }),
      });
      await appendEntry(
        tx,
        { ...cx, principal: signedIn.principal },
        {
          class: "identity",
          outcome: "done",
          action: "invitation.use",
          subjects: [`invitation:${invitation.id}`, `user:${invitation.userId}`],
          details: { factors: how.method === "totp" ? ["password", "totp"] : [how.method] },
        },
      );
      return signedIn;
    },
  );
  if ("fault" in result) throw await refuseInvitation(cx, result.fault, { invitation });
  return result;
}

/**
 * Takes a link with a passkey as the first way to sign in, and signs in with it. Throws `invitation.refused`. Also
 * throws `credential.challenge` or `credential.invalid`; the link then remains valid.
 */
export async function acceptByPasskey(
  cx: SignInContext,
  { token, label, attestation }: Omit<AcceptByPasskey, "csrf_token">,
): Promise<SignedIn> {
  const invited = await requireInvited(cx, token);
  const { id, userId } = invited.invitation;
  const at = cx.clock.now();
  const challenge = challengeOf(attestation.response.clientDataJSON);
  if (challenge === undefined) throw passkeyNotAccepted();
  const wanted = { challenge, kind: "register", sid: id } as const;
  if (!(await inTransaction(cx, (tx) => takeChallenge(tx, wanted, at)))) throw setUpGone();
  const made = await verifyAttestation(cx.site, attestation, challenge);
  const to = { tenantId: cx.instance.tenantId, userId, label, at };
  try {
    return await accept(cx, invited, { method: "passkey", store: (tx) => storePasskey(tx, made, to) });
  } catch (error) {
    if (isUniqueViolation(error)) throw passkeyNotAccepted();
    throw error;
  }
}

function refuseWeak({ account }: Invited, password: string): void {
  const weakness = weaknessOf(password, [account.email, account.holder.name]);
  if (weakness !== undefined)
    throw new DomainError("credential.invalid", {
      detail: "The password is too easy to guess.",
      errors: [{ pointer: "/password", detail: weakness }],
    });
}

/**
 * Takes a link with a password and an authenticator, and signs in with both. Throws as `acceptByPasskey`. Names the
 * field of a weak password or a wrong code.
 */
export async function acceptByPassword(
  cx: SignInContext,
  input: Omit<AcceptByPassword, "csrf_token">,
): Promise<SignedIn> {
  const invited = await requireInvited(cx, input.token);
  const { id, userId } = invited.invitation;
  refuseWeak(invited, input.password);
  const now = cx.clock.now();
  const wanted = { challenge: input.challenge, kind: "totp", sid: id } as const;
  const found = await inSnapshot(cx, (tx) => findChallenge(tx, wanted, now));
  if (found?.sealed == null) throw setUpGone();
  const { sealed } = found;
  const steps = matchTotp(cx.keystore.openSecret(`totp:${userId}`, sealed), input.code, now);
  if (steps === undefined)
    throw new DomainError("credential.invalid", {
      detail: "That is not the code of this set-up.",
      errors: [{ pointer: "/code", detail: "is not the code shown now" }],
    });
  const secret_hash = await hashPassword(input.password);
  const base = { tenant_id: cx.instance.tenantId, user_id: userId, created_at: now };
  return accept(cx, invited, {
    method: "totp",
    store: async (tx) => {
      if (!(await takeChallenge(tx, wanted, now))) throw setUpGone();
      await insertCredential(tx, { ...base, id: uuidv7(now.getTime()), kind: "password", secret_hash });
      const totp = { kind: "totp", sealed: Uint8Array.from(sealed), last_step: steps.last };
      await insertCredential(tx, { ...base, id: uuidv7(now.getTime()), ...totp });
      return undefined;
    },
  });
}
