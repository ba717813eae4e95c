import "server-only";
import { fromBase64url } from "@/lib/crypto/bytes";
import { type ReplyPayload, sealReply } from "@/lib/crypto/reply";
import { checkX25519PublicKey } from "@/lib/crypto/x25519-check";
import { type Core, remember } from "@/lib/custodian/core";
import { openItem, ownEntry, refuseReplacement, register } from "@/lib/custodian/envelopes/register";
import { checkBreakGlassStands } from "@/lib/custodian/grants/break-glass";
import { checkCoViewerStands, isViewerOf } from "@/lib/custodian/grants/co-viewers";
import { checkDisputeStands } from "@/lib/custodian/grants/dispute";
import { checkReleaseStands } from "@/lib/custodian/grants/release";
import { instantOf, levelRank } from "@/lib/custodian/grants/scope";
import type { HeldGrant } from "@/lib/custodian/journal/held-grants";
import { openingDigest } from "@/lib/custodian/journal/memory";
import { type CheckedIntent, checkIntent } from "@/lib/custodian/openings/check-intent";
import { maskFields } from "@/lib/custodian/openings/mask";
import { refuse } from "@/lib/custodian/refused";
import { requireSameRoster } from "@/lib/custodian/roster/roster";
import {
  type Assurance,
  assuranceOf,
  type Proof,
  proveSignature,
  requireFresh,
  rulesOf,
} from "@/lib/custodian/roster/signature";
import type { OpenRequest, OpenResponse, RegistrationItem } from "@/lib/escrow/protocol/messages";
import { findPerson, type Roster } from "@/lib/escrow/protocol/roster";
import type { OpenStatement } from "@/lib/escrow/protocol/statements";
import type { GroupName } from "@/lib/vocabulary";

const MAX_STATEMENT_MS = 5 * 60_000;
/** Times of validity are whole seconds. */
const ROUNDING_MS = 1_000;

function checkGrantInForce(core: Core, request: OpenRequest): HeldGrant {
  const grant = core.memory.grants.find(request.grant);
  if (core.memory.grants.isRevoked(request.grant)) return refuse("revoked", "The grant was revoked.");
  if (core.memory.grants.isSuspended(request.grant)) return refuse("suspended", "The grant was suspended.");
  if (grant === undefined) return refuse("unknown-grant", "The custodian does not know this grant.");
  const { statement, viewsUsed } = grant;
  const now = core.clock.nowMs();
  if (now < instantOf(statement.not_before) || now >= instantOf(statement.not_after)) {
    refuse("dates", "The grant is not valid now.");
  }
  if (statement.assurance === "evaluation" && !core.isEvaluation) {
    refuse("evaluation-key", "The grant has statements that only an evaluation accepts.");
  }
  if (grant.dispute !== undefined && core.memory.grants.isDisputeEnded(grant.dispute.nonce)) {
    refuse("revoked", "The dispute has ended.");
  }
  if (viewsUsed >= statement.max_views) refuse("views-exhausted", "The grant has no views left.");
  return grant;
}

/** Checks that the opening is within the grant and within what the requester signed. */
function checkScope(request: OpenRequest, grant: HeldGrant): void {
  const { statement } = request.opening;
  const held = grant.statement;
  if (statement.grant !== held.grant) refuse("statement", "The statement is about another grant.");
  if (!isViewerOf(grant, statement.requester)) {
    refuse("requester", "The statement is neither by the holder nor by a co-viewer.");
  }
  if (statement.purpose !== held.purpose) refuse("purpose", "The grant is for another purpose.");
  if (levelRank(statement.level) > levelRank(held.level) || statement.level === "metadata") {
    refuse("level", "The grant does not reach this level.");
  }
  const { transaction, groups } = request;
  if (!held.transactions.includes(transaction)) refuse("scope", "The grant does not cover this transaction.");
  if (!statement.transactions.includes(transaction))
    refuse("scope", "The statement does not name this transaction.");
  if (!groups.every((group) => held.groups.includes(group)))
    refuse("groups", "The grant does not cover a group.");
  if (!groups.every((group) => statement.groups.includes(group))) {
    refuse("groups", "The statement does not name a group.");
  }
  if (new Set(groups).size !== groups.length) refuse("format", "A group occurs twice.");
}

function checkTerms(core: Core, { opening: { statement } }: OpenRequest): void {
  if (statement.log !== core.log) refuse("log", "The statement is for another log.");
  const left = instantOf(statement.expires_at) - core.clock.nowMs();
  if (left <= 0) refuse("statement-expired", "The statement has expired.");
  if (left > MAX_STATEMENT_MS + ROUNDING_MS)
    refuse("statement-expired", "The statement is valid for too long.");
  try {
    checkX25519PublicKey(fromBase64url(statement.reply_key));
  } catch {
    refuse("reply-key", "The reply key is not an acceptable X25519 public key.");
  }
}

/** Proves the requester's signature for this opening. Nothing is remembered. */
async function proveOpening(core: Core, roster: Roster, request: OpenRequest): Promise<Proof> {
  const { statement, signature } = request.opening;
  const person = findPerson(roster, statement.requester);
  if (person === undefined) return refuse("requester", `${statement.requester} is not on the roster.`);
  return proveSignature(rulesOf(core, roster), person, "open", statement, signature);
}

/** Refuses a nonce that another statement used, and a statement that was already used for this transaction. */
function checkNonce(core: Core, statement: OpenStatement, transaction: string): void {
  const owner = core.memory.nonceOwner(statement.nonce);
  if (owner !== undefined && owner !== openingDigest(statement))
    refuse("nonce", "The nonce was used before.");
  if (core.memory.isOpened(statement.nonce, transaction))
    refuse("nonce", "The statement was already used for this transaction.");
}

/** Returns the submitted sealed groups, one for each requested group, with the registered body. */
function checkEnvelopes(core: Core, request: OpenRequest): RegistrationItem[] {
  return request.groups.map((group) => {
    const items = request.envelopes.filter((item) => item.grp === group && item.tx === request.transaction);
    const [item] = items;
    if (item === undefined || items.length !== 1 || request.envelopes.length !== request.groups.length) {
      return refuse("format", "Exactly one sealed group is required for each requested group.");
    }
    const own = ownEntry(item);
    refuseReplacement(core, item, own);
    if (core.registrations.body(item)?.bd !== own.bd) {
      refuse("body-digest", "The sealed group does not match the registered one.");
    }
    return item;
  });
}

interface Allowed {
  readonly grant: HeldGrant;
  readonly intent: CheckedIntent;
  readonly items: readonly RegistrationItem[];
  readonly assurance: Assurance;
}

/** Makes every check of an opening. It changes and opens nothing. */
function checkOpening(core: Core, roster: Roster, request: OpenRequest, proof: Proof): Allowed {
  const { statement } = request.opening;
  const grant = checkGrantInForce(core, request);
  checkTerms(core, request);
  requireSameRoster(core, roster);
  requireFresh(core, proof);
  checkScope(request, grant);
  checkNonce(core, statement, request.transaction);
  if (grant.dispute !== undefined) checkDisputeStands(core, roster, grant.statement, grant.dispute);
  if (grant.release !== undefined) {
    checkReleaseStands(core, roster, [request.transaction], grant.release.organisations);
  }
  checkCoViewerStands(core, roster, grant, statement.requester);
  if (grant.isEmergency) checkBreakGlassStands(core, roster, grant.statement);
  const intent = checkIntent(core, request);
  return {
    grant,
    intent,
    items: checkEnvelopes(core, request),
    assurance: assuranceOf(core, [proof.assurance, grant.statement.assurance]),
  };
}

function isMasked(grant: HeldGrant, statement: OpenStatement, group: GroupName): boolean {
  return statement.level === "masked" || grant.statement.masked_groups.includes(group);
}

async function answerOne(
  core: Core,
  request: OpenRequest,
  allowed: Allowed,
  item: RegistrationItem,
): Promise<OpenResponse["replies"][number]> {
  const { fields, salts } = await openItem(core, item, ownEntry(item));
  const masks = isMasked(allowed.grant, request.opening.statement, item.grp) ? maskFields(fields) : undefined;
  // Salts of a masked field would let its value be found by guessing, so they never come with a mask.
  const payload: ReplyPayload =
    masks === undefined
      ? { fields, masked: [], ...(request.with_salts === true ? { salts } : {}) }
      : { fields: masks, masked: Object.keys(masks).sort() };
  const { jwe, signature } = sealReply({
    intent: allowed.intent.id,
    tx: item.tx,
    group: item.grp,
    replyKey: fromBase64url(request.opening.statement.reply_key),
    payload,
    sign: core.identity.signNow,
  });
  return { grp: item.grp, jwe, signature };
}

/**
 * Opens groups of one transaction for a grant's holder or co-viewer. Unregistered groups are registered first. Then all
 * checks and the synced journal line are one synchronous step. Groups are opened only after it. So a crash in between uses
 * up a view, but never discloses without a record.
 */
export async function openEscrow(core: Core, roster: Roster, request: OpenRequest): Promise<OpenResponse> {
  checkScope(request, checkGrantInForce(core, request));
  checkTerms(core, request);
  const proof = await proveOpening(core, roster, request);
  const missing = request.envelopes.filter((item) => core.registrations.body(item) === undefined);
  const results = await register(core, missing);
  const refused = results.find((result) => !result.ok);
  if (refused !== undefined && !refused.ok) refuse(refused.reason, "A sealed group cannot be registered.");
  // Last check before the step that counts a view, so that an unavailable key service uses up no view.
  await core.keystore.requireKeys();
  const allowed = checkOpening(core, roster, request, proof);
  const { statement, signature } = request.opening;
  remember(core, {
    kind: "open",
    grant: request.grant,
    transaction: request.transaction,
    groups: request.groups,
    intent: allowed.intent.id,
    leaf: allowed.intent.leaf,
    statement,
    signature,
  });
  const replies: OpenResponse["replies"] = [];
  for (const item of allowed.items) replies.push(await answerOne(core, request, allowed, item));
  const { max_views } = allowed.grant.statement;
  return {
    assurance: allowed.assurance,
    views_left: max_views - allowed.grant.viewsUsed,
    leaf: allowed.intent.leaf,
    replies,
  };
}
