import "server-only";
import type { z } from "zod";
import { fromUtf8, toBase64url } from "@/lib/crypto/bytes";
import { parseStrictJson } from "@/lib/crypto/json/canonical-json";
import { statementBytes } from "@/lib/crypto/statement-bytes";
import type { Core } from "@/lib/custodian/core";
import { beginEpoch, destroyEpoch, requireOrder, rotateWhenDue } from "@/lib/custodian/envelopes/epochs";
import { register } from "@/lib/custodian/envelopes/register";
import { rewrap } from "@/lib/custodian/envelopes/rewrap";
import { acceptGrant, checkGrant, proveSubmission } from "@/lib/custodian/grants/accept-grant";
import { acceptReview } from "@/lib/custodian/grants/break-glass";
import { endCoViewer } from "@/lib/custodian/grants/co-viewers";
import { revokeGrant, suspendGrant } from "@/lib/custodian/grants/end-grant";
import { acceptRewrap, challengeRewrap, endRewrap } from "@/lib/custodian/lost-key/accept-rewrap";
import { RewrapChallenges } from "@/lib/custodian/lost-key/challenges";
import { recoverEnvelopes } from "@/lib/custodian/lost-key/recover-envelopes";
import { openEscrow } from "@/lib/custodian/openings/open";
import { acceptOrder, heldPolicies } from "@/lib/custodian/policies/accept-order";
import { NO_ROSTER, Refused, refuse } from "@/lib/custodian/refused";
import { noteStatement } from "@/lib/custodian/roster/note-statement";
import { RosterError } from "@/lib/custodian/roster/roster";
import type { RosterSource } from "@/lib/custodian/roster/roster-source";
import { SignedReview } from "@/lib/escrow/protocol/break-glass-statement";
import { SignedEpochOrder } from "@/lib/escrow/protocol/epoch-order";
import {
  LOST_KEY_PATHS,
  RecoverRequest,
  RewrapChallengeRequest,
  RewrapEnd,
  RewrapSubmission,
} from "@/lib/escrow/protocol/lost-key";
import {
  type GrantResponse,
  type IdentityResponse,
  OpenRequest,
  PATHS,
  RegisterRequest,
  Revocation,
} from "@/lib/escrow/protocol/messages";
import { POLICIES_PATH, PolicyOrder } from "@/lib/escrow/protocol/policy-order";
import {
  ROSTER_PATHS,
  type Roster,
  type RosterResponse,
  RosterSubmission,
  rosterDigest,
  StatementNote,
} from "@/lib/escrow/protocol/roster";
import {
  CO_VIEWER_ENDS_PATH,
  CoViewerEnd,
  GrantSubmission,
  Suspension,
} from "@/lib/escrow/protocol/submissions";
import type { Part } from "@/lib/ipc/part-identity";
import type { ServiceAnswer, ServiceHandler, ServiceRequest } from "@/lib/ipc/server";
import { counter, timer } from "@/lib/telemetry/metrics/registry";

const countCall = counter("sealport_custodian_calls_total");
const noteDuration = timer("sealport_custodian_call_duration_seconds");

type Act = (request: ServiceRequest) => Promise<unknown>;

/** Parses strict JSON, then the schema, so that a body has only one meaning. */
function parseBody<S extends z.ZodType>(schema: S, request: ServiceRequest): z.output<S> {
  let value: unknown;
  try {
    value = parseStrictJson(fromUtf8(request.body));
  } catch {
    return refuse("format", "The body is not strict JSON.");
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const place = parsed.error.issues[0]?.path.map(String).join("/") ?? "";
  return refuse("format", `The body does not match the protocol at /${place}.`);
}

async function requireRoster(source: RosterSource): Promise<Roster> {
  return (await source.current()) ?? refuse("roster", NO_ROSTER);
}

async function identity(core: Core, source: RosterSource): Promise<IdentityResponse> {
  const roster = await source.current();
  return {
    log: core.log,
    vkey: core.identity.vkey,
    evaluation: core.isEvaluation,
    ...(roster === undefined ? {} : { roster: { version: roster.version, digest: rosterDigest(roster) } }),
  };
}

async function submitGrant(core: Core, roster: Roster, submission: GrantSubmission): Promise<GrantResponse> {
  const proofs = await proveSubmission(core, roster, submission);
  // The checks run before registration, and again in the step that remembers the grant.
  checkGrant(core, roster, submission, proofs);
  const registrations = await register(core, submission.registrations ?? []);
  return { ok: true, ...acceptGrant(core, roster, submission, proofs), registrations };
}

/** The current roster, signed with the identity key. */
async function heldRoster(core: Core, source: RosterSource): Promise<RosterResponse> {
  const roster = await requireRoster(source);
  const statement = { log: core.log, version: roster.version, roster: rosterDigest(roster) };
  const signature = core.identity.signNow(statementBytes("roster-held", statement));
  return { roster, statement, signature: toBase64url(signature) };
}

async function succeed(core: Core, source: RosterSource, next: Roster): Promise<RosterResponse> {
  try {
    await source.adopt(next);
  } catch (error) {
    if (error instanceof RosterError) refuse("roster", sentence(error.message));
    throw error;
  }
  return heldRoster(core, source);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Calls about a participant's lost key. */
function lostKeyActs(core: Core, source: RosterSource): Readonly<Record<string, Act>> {
  const challenges = new RewrapChallenges();
  return {
    [`POST ${LOST_KEY_PATHS.challenges}`]: async (request) => {
      const body = parseBody(RewrapChallengeRequest, request);
      return challengeRewrap(core, await requireRoster(source), challenges, body);
    },
    [`POST ${LOST_KEY_PATHS.accepted}`]: async (request) => {
      const body = parseBody(RewrapSubmission, request);
      return acceptRewrap(core, await requireRoster(source), challenges, body);
    },
    [`POST ${LOST_KEY_PATHS.envelopes}`]: async (request) =>
      recoverEnvelopes(core, parseBody(RecoverRequest, request)),
    [`POST ${LOST_KEY_PATHS.ends}`]: async (request) => endRewrap(core, parseBody(RewrapEnd, request)),
  };
}

function acts(core: Core, source: RosterSource): Readonly<Record<string, Act>> {
  return {
    ...lostKeyActs(core, source),
    [`GET ${PATHS.identity}`]: () => identity(core, source),
    [`GET ${PATHS.epochs}`]: async () => {
      rotateWhenDue(core);
      return { epochs: core.memory.epochs, rotation_days: core.rotationDays };
    },
    [`POST ${PATHS.epochs}`]: async (request) => {
      const order = parseBody(SignedEpochOrder, request);
      beginEpoch(core, await requireOrder(core, await requireRoster(source), order, "begin"));
      return { epochs: core.memory.epochs, rotation_days: core.rotationDays };
    },
    [`POST ${PATHS.destructions}`]: async (request) => {
      const order = parseBody(SignedEpochOrder, request);
      destroyEpoch(core, await requireOrder(core, await requireRoster(source), order, "destroy"));
      return { ok: true };
    },
    [`POST ${PATHS.rewraps}`]: async (request) => ({
      results: await rewrap(core, parseBody(RegisterRequest, request).items),
    }),
    [`POST ${PATHS.registrations}`]: async (request) => {
      const results = await register(core, parseBody(RegisterRequest, request).items);
      const signature = core.identity.signNow(statementBytes("registered", { results }));
      return { results, signature: toBase64url(signature) };
    },
    [`POST ${PATHS.grants}`]: async (request) =>
      submitGrant(core, await requireRoster(source), parseBody(GrantSubmission, request)),
    [`POST ${PATHS.revocations}`]: async (request) =>
      revokeGrant(core, await source.current(), parseBody(Revocation, request)),
    [`POST ${PATHS.suspensions}`]: async (request) => suspendGrant(core, parseBody(Suspension, request)),
    [`POST ${CO_VIEWER_ENDS_PATH}`]: async (request) => endCoViewer(core, parseBody(CoViewerEnd, request)),
    [`POST ${PATHS.reviews}`]: async (request) =>
      acceptReview(core, await requireRoster(source), parseBody(SignedReview, request)),
    [`POST ${PATHS.open}`]: async (request) =>
      openEscrow(core, await requireRoster(source), parseBody(OpenRequest, request)),
    [`GET ${POLICIES_PATH}`]: async () => heldPolicies(core),
    [`POST ${POLICIES_PATH}`]: async (request) =>
      acceptOrder(core, await requireRoster(source), parseBody(PolicyOrder, request)),
    [`GET ${ROSTER_PATHS.roster}`]: () => heldRoster(core, source),
    [`POST ${ROSTER_PATHS.roster}`]: async (request) =>
      succeed(core, source, parseBody(RosterSubmission, request).roster),
    [`POST ${ROSTER_PATHS.statements}`]: async (request) =>
      noteStatement(core, await requireRoster(source), parseBody(StatementNote, request)),
  };
}

const BY_WORKER_TOO: readonly string[] = [
  "GET /healthz",
  `GET ${PATHS.identity}`,
  `GET ${PATHS.epochs}`,
  `POST ${PATHS.registrations}`,
  `POST ${PATHS.rewraps}`,
];

/** Returns the parts that may make a call: all that opens or changes anything else comes from a portal. */
export function callersOfCustodian(method: string, path: string): readonly Part[] {
  return BY_WORKER_TOO.includes(`${method} ${path}`) ? ["portal", "worker"] : ["portal"];
}

/** Name of an act in the metrics, such as `open` or `read-epochs`. */
function actName({ method, path }: ServiceRequest): string {
  return `${method === "GET" ? "read-" : ""}${path.slice("/v1/".length).replaceAll("/", "-")}`;
}

/**
 * Returns the custodian's whole interface. A refusal is a 403 with a reason. Any other unexpected error is the server's
 * 500.
 */
export function custodianHandler(
  core: Core,
  source: RosterSource,
  onRefusal: (refused: Refused) => void,
): ServiceHandler {
  const known = acts(core, source);
  return async (request): Promise<ServiceAnswer> => {
    if (request.path === "/healthz" && request.method === "GET")
      return { status: 200, body: { log: core.log } };
    const act = known[`${request.method} ${request.path}`];
    if (act === undefined) return { status: 404 };
    const name = actName(request);
    const begun = performance.now();
    let outcome = "failed";
    try {
      const body = await act(request);
      outcome = "done";
      return { status: 200, body };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      outcome = error.reason;
      onRefusal(error);
      return { status: 403, body: { reason: error.reason, detail: error.message } };
    } finally {
      countCall(1, name, outcome);
      noteDuration(performance.now() - begun, name);
    }
  };
}
