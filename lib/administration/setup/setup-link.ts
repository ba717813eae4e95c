/**
 * Set-up of an instance without people. This file makes and checks the printed link, steps.ts has the two steps before
 * anyone can sign in, second-administrator.ts the third. require-set-up.ts refuses everything else until then.
 * Must stay true: only the newest link works, for 15 minutes, on the portal's own machine or with SETUP_TOKEN; each
 * step is done once.
 */
import "server-only";
import type { SetupCall } from "@/lib/administration/setup/schema";
import { findSetup, hasAccepted, putLink, type SetupRow } from "@/lib/administration/setup/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { recordEvent } from "@/lib/audit/record/record-event";
import { equalConstantTime, utf8 } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import {
  isInvitationSecret,
  newInvitationToken,
  readInvitationToken,
} from "@/lib/identity/invitations/invitation-token";
import type { InvitationContext, IssuedInvitation } from "@/lib/identity/invitations/issue-invitation";
import { countUsers } from "@/lib/identity/people/store";
import type { SignInContext } from "@/lib/identity/sign-in/sign-in";
import { isLoopbackHost } from "@/lib/identity/sign-in/site";
import { drawOnAddress } from "@/lib/identity/sign-in/throttle-sign-in";

const LINK_MINUTES = 15;

/** A call of the set-up's page, before anyone can sign in. */
export type SetupContext = SignInContext & InvitationContext & { readonly setupToken?: string | undefined };

async function requireNoPeople(tx: Tx, row: SetupRow | undefined): Promise<void> {
  if (row?.firstUserId === undefined && (await countUsers(tx)) > 0)
    throw new DomainError("setup.people", {
      detail:
        "Set-up is for an instance without people. Sign in as an administrator, or start an instance with SEED=none and an empty DATA_DIR.",
    });
  // Also without their factors, which a reset or a leave removes: the set-up never begins again.
  if (row?.firstUserId !== undefined && (await hasAccepted(tx, row.firstUserId)))
    throw new DomainError("setup.people", {
      detail: "The first administrator has signed in. The set-up continues at /setup in their session.",
    });
}

/** The binding of a link, in place of a person's. */
const bindingOf = (tenantId: string, expiresAt: Date) => ({ id: tenantId, userId: "setup", expiresAt });

/**
 * Makes the link of the set-up's page, for the operator of the machine. It ends the one before. Throws `setup.people`
 * where the instance has people.
 */
export async function issueSetupLink(cx: InvitationContext): Promise<IssuedInvitation> {
  const { tenantId } = cx.instance;
  const createdAt = cx.clock.now();
  const expiresAt = new Date(createdAt.getTime() + LINK_MINUTES * 60_000);
  const { token, hash } = newInvitationToken(cx, bindingOf(tenantId, expiresAt));
  await inTransaction(cx, async (tx) => {
    await requireNoPeople(tx, await findSetup(tx, tenantId));
    await putLink(tx, tenantId, { hash, createdAt, expiresAt });
    await appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "setup.link",
      subjects: [`tenant:${tenantId}`],
      details: { expires_at: expiresAt.toISOString() },
    });
  });
  return { link: `${cx.site.origin}/setup#${token}`, expiresAt };
}

type Fault = "unknown" | "expired" | "place" | "token";

async function refuse(cx: SetupContext, fault: Fault): Promise<DomainError> {
  await recordEvent(cx, {
    class: "admin",
    outcome: "denied",
    action: "setup.link",
    subjects: [`tenant:${cx.instance.tenantId}`],
    details: { fault },
  });
  if (fault === "place" || fault === "token")
    return new DomainError("setup.place", {
      detail:
        fault === "token"
          ? "That is not the SETUP_TOKEN of this portal."
          : "Open the link on the portal's own machine, or set SETUP_TOKEN for the portal and enter it here.",
      extra: { setup_token: cx.setupToken !== undefined },
    });
  return new DomainError("setup.refused", {
    detail:
      fault === "expired"
        ? "The link was valid for 15 minutes and has expired. `npm run op -- setup link` prints a new one."
        : "A newer link replaces an older one. Open the whole link that was printed last, or print a new one with `npm run op -- setup link`.",
  });
}

/** Whether the call comes from this machine: no proxy in front may pass others' calls on. */
function isHere({ site, client }: SetupContext): boolean {
  const isLocal = site.isLoopback && isLoopbackHost(new URL(site.origin).hostname);
  return isLocal && client.address !== undefined && isLoopbackHost(client.address.replace(/^::ffff:/, ""));
}

function placeFault(cx: SetupContext, given: string | undefined): Fault | undefined {
  const { setupToken } = cx;
  if (setupToken !== undefined && given !== undefined)
    return equalConstantTime(sha256(utf8(setupToken)), sha256(utf8(given))) ? undefined : "token";
  return isHere(cx) ? undefined : "place";
}

/**
 * Returns the set-up that a good link is for. A bad link or token draws on the budget of the address. Throws
 * `setup.refused` and `setup.place`, which are recorded, `setup.people`, and `rate.exceeded`.
 */
export async function requireSetup(cx: SetupContext, call: SetupCall): Promise<SetupRow> {
  const ofAddress = await drawOnAddress(cx);
  const { tenantId } = cx.instance;
  const row = await inSnapshot(cx, async (tx) => {
    const found = await findSetup(tx, tenantId);
    await requireNoPeople(tx, found);
    return found;
  });
  const given = readInvitationToken(call.token);
  const stored =
    row === undefined ? undefined : { ...bindingOf(tenantId, row.expiresAt), hash: row.tokenHash };
  let fault: Fault | undefined = "unknown";
  if (
    row !== undefined &&
    stored !== undefined &&
    given !== undefined &&
    isInvitationSecret(cx, stored, given.secret)
  )
    fault = cx.clock.now() >= row.expiresAt ? "expired" : placeFault(cx, call.setup_token);
  if (fault !== undefined || row === undefined) {
    ofAddress.refuseWrong();
    throw await refuse(cx, fault ?? "unknown");
  }
  await ofAddress.giveBack();
  return row;
}
