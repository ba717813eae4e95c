import "server-only";
import type { Context } from "@/lib/context/context";
import { toBase64url } from "@/lib/crypto/bytes";
import { inSnapshot } from "@/lib/db/transaction";
import { statementAlgorithm } from "@/lib/escrow/protocol/cose-key";
import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import { findPerson, rosterDigest } from "@/lib/escrow/protocol/roster";
import { keyGroups } from "@/lib/escrow/protocol/roster-draft";
import { holdsOwnKey, isPortalSigned } from "@/lib/escrow/protocol/succession";
import { findRoster } from "@/lib/identity/roster/current-roster";
import { loadCases, loadViews } from "@/lib/identity/roster/load-views";
import { listSignInPasskeys, type SignInPasskey } from "@/lib/identity/roster/people-store";
import type { RosterStanding, SignedBy } from "@/lib/identity/roster/schema";
import { listOwnChanges, listPendingOfOthers } from "@/lib/identity/roster/store";
import { mayAgree } from "@/lib/identity/roster/view";

const MAX_OWN = 10;
const MAX_OTHERS = 200;

function signedBy(person: RosterPerson | undefined, isEvaluation: boolean): SignedBy {
  if (person === undefined) return "unlisted";
  if (holdsOwnKey(person)) return "own_key";
  return isPortalSigned(person) && isEvaluation ? "portal" : "no_key";
}

function keysOf(
  person: RosterPerson | undefined,
  passkeys: readonly SignInPasskey[],
): RosterStanding["keys"] {
  return (person?.credentials ?? []).flatMap((credential): RosterStanding["keys"] => {
    if (credential.kind === "portal-evaluation") return [];
    if (credential.kind === "ed25519") return [{ kind: "ed25519" as const, id: credential.key_id }];
    const known = passkeys.find((passkey) => passkey.credentialId === credential.credential_id);
    const own = known === undefined ? {} : { label: known.label, passkey_id: known.id };
    return [{ kind: "passkey", id: credential.credential_id, ...own }];
  });
}

/** Returns the caller's keys on the roster, and the changes that wait for the caller or for others. */
export async function getRosterStanding(cx: Context, rpId: string): Promise<RosterStanding> {
  const current = await findRoster(cx);
  const { userId, handle } = cx.principal;
  const person = current === undefined ? undefined : findPerson(current, handle);
  return inSnapshot(cx, async (tx) => {
    const passkeys = await listSignInPasskeys(tx, userId);
    const keys = keysOf(person, passkeys);
    const mine = await loadCases(tx, await listOwnChanges(tx, userId, MAX_OWN));
    const waiting = { tenantId: cx.instance.tenantId, userId, at: cx.clock.now(), limit: MAX_OTHERS };
    const others = await loadCases(tx, await listPendingOfOthers(tx, waiting));
    const forMe = others.filter(
      (one) =>
        current !== undefined &&
        one.change.baseDigest === rosterDigest(current) &&
        mayAgree(one, current, handle),
    );
    return {
      person: handle,
      signed_by: signedBy(person, cx.instance.evaluation),
      ...(current === undefined ? {} : { version: current.version }),
      rp_id: rpId,
      keys,
      passkeys: passkeys.map((passkey) => ({
        id: passkey.id,
        label: passkey.label,
        created_at: passkey.createdAt.toISOString(),
        is_enrolled: keys.some((key) => key.id === passkey.credentialId),
        can_sign: statementAlgorithm(passkey.publicKey) !== undefined,
        groups: keyGroups({
          kind: "passkey",
          credential_id: passkey.credentialId,
          public_key: toBase64url(passkey.publicKey),
          rp_id: rpId,
        }),
      })),
      changes: await loadViews(tx, cx, mine, current),
      to_confirm: await loadViews(tx, cx, forMe, current),
    };
  });
}
