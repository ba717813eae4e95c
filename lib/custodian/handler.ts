import "server-only";
import type { z } from "zod";
import { fromUtf8 } from "@/lib/crypto/bytes";
import { parseStrictJson } from "@/lib/crypto/canonical-json";
import { acceptGrant, checkGrant } from "@/lib/custodian/accept-grant";
import { type Core, remember } from "@/lib/custodian/core";
import { openEscrow } from "@/lib/custodian/open";
import type { Roster } from "@/lib/custodian/records";
import { Refused, refuse } from "@/lib/custodian/refused";
import { register } from "@/lib/custodian/register";
import { type RosterSource, rosterDigest } from "@/lib/custodian/roster";
import {
  type GrantResponse,
  GrantSubmission,
  type IdentityResponse,
  OpenRequest,
  PATHS,
  RegisterRequest,
  Revocation,
} from "@/lib/escrow/protocol";
import type { ServiceAnswer, ServiceHandler, ServiceRequest } from "@/lib/ipc/server";

type Act = (request: ServiceRequest) => Promise<unknown>;

/** Strict JSON, then the schema: a custodian reads nothing in two ways. */
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
  return refuse("format", `The body does not fit the protocol at /${place}.`);
}

function requireRoster(source: RosterSource): Roster {
  return source.current() ?? refuse("roster", "The custodian has no roster yet.");
}

function identity(core: Core, source: RosterSource): IdentityResponse {
  const roster = source.current();
  return {
    log: core.log,
    vkey: core.identity.vkey,
    evaluation: core.isEvaluation,
    ...(roster === undefined ? {} : { roster: { version: roster.version, digest: rosterDigest(roster) } }),
  };
}

async function submitGrant(core: Core, roster: Roster, submission: GrantSubmission): Promise<GrantResponse> {
  // Checked before anything is registered for it, and again in the same step that remembers it.
  checkGrant(core, roster, submission);
  const registrations = await register(core, submission.registrations ?? []);
  return { ok: true, ...acceptGrant(core, roster, submission), registrations };
}

/** Revoking needs no proof: it can only take away. An unknown grant is revoked before it ever arrives. */
function revoke(core: Core, revocation: Revocation): { ok: true } {
  const { grant, reason, at } = revocation;
  if (!core.memory.isRevoked(grant)) remember(core, { kind: "revoke", grant, reason, revoked_at: at });
  return { ok: true };
}

function acts(core: Core, source: RosterSource): Readonly<Record<string, Act>> {
  return {
    [`GET ${PATHS.identity}`]: async () => identity(core, source),
    [`GET ${PATHS.epochs}`]: async () => ({ epochs: core.memory.epochs }),
    [`POST ${PATHS.registrations}`]: async (request) => ({
      results: await register(core, parseBody(RegisterRequest, request).items),
    }),
    [`POST ${PATHS.grants}`]: async (request) =>
      submitGrant(core, requireRoster(source), parseBody(GrantSubmission, request)),
    [`POST ${PATHS.revocations}`]: async (request) => revoke(core, parseBody(Revocation, request)),
    [`POST ${PATHS.open}`]: async (request) =>
      openEscrow(core, requireRoster(source), parseBody(OpenRequest, request)),
  };
}

/** The custodian's whole interface. Refusals are 403 with a reason; anything else unexpected is the server's 500. */
export function custodianHandler(
  core: Core,
  source: RosterSource,
  onRefusal: (refused: Refused) => void,
): ServiceHandler {
  const known = acts(core, source);
  return async (request): Promise<ServiceAnswer> => {
    const act = known[`${request.method} ${request.path}`];
    if (act === undefined) return { status: 404 };
    try {
      return { status: 200, body: await act(request) };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      onRefusal(error);
      return { status: 403, body: { reason: error.reason, detail: error.message } };
    }
  };
}
