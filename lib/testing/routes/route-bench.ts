import "server-only";
import type { OperationSpec } from "@/lib/api-client/operation";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Principal } from "@/lib/context/principal";
import { toBase64url } from "@/lib/crypto/bytes";
import { ed25519PublicKey } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { createApiKey } from "@/lib/identity/api-keys/create-api-key";
import { endApiKey } from "@/lib/identity/api-keys/store";
import { createOrganisation } from "@/lib/identity/people/create-organisation";
import { createParticipant } from "@/lib/identity/people/create-participant";
import { createUser } from "@/lib/identity/people/create-user";
import { standingOf } from "@/lib/identity/sessions/principal";
import { encodeSessionToken, newSid } from "@/lib/identity/sessions/session-token";
import { insertSession } from "@/lib/identity/sessions/store";
import { type Runtime, useRuntime } from "@/lib/runtime/slot";
import { createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import type { UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { loadHandler, type RouteFile, type RouteHandler, routeFiles } from "@/lib/testing/routes/route-files";
import { CALLERS, type Caller, type Credential, nameOf, type Stranger } from "@/lib/testing/routes/rows";
import { addressOf, sampleParams, sampleQuery } from "@/lib/testing/routes/sample";
import { signCall } from "@/lib/testing/routes/sign-call";
import { type Duty, type Role, Scope } from "@/lib/vocabulary";

export const ORIGIN = "http://localhost:3000";
const SEED = new Uint8Array(32).fill(7);
const OTHER_SEED = new Uint8Array(32).fill(8);
const HOME = "198.51.100.7";
const ELSEWHERE = "203.0.113.9";
const STALE_MS = 901_000;
/** No limits: budgets have their own tests. */
const NO_LIMITS = {
  reads: 1e6,
  writes: 1e6,
  open: 1e6,
  audit: 1e6,
  decisions: 1e6,
  batch: 1e6,
  export: 1e6,
  sign_in: 1e6,
  anonymous: 1e6,
} as const;

/** A person with every credential that a row of the table names. */
export interface RoutePerson {
  readonly userId: string;
  readonly key: string;
  readonly prefix: string;
  readonly session: string;
  readonly staleSession: string;
}

/** One call: what a test sets; the rest is as a program or our pages would send it. */
export interface RouteCall {
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly body?: NonNullable<RequestInit["body"]>;
  readonly params?: Record<string, string | string[]>;
  readonly query?: string;
  /** Instead of the operation's own. */
  readonly method?: string;
}

/** Credentials that are unknown or no longer valid. */
interface StrangerKeys {
  readonly expired: string;
  readonly revoked: string;
  readonly foreign: string;
  readonly endedSession: string;
}

export interface RouteBench {
  readonly portal: PortalBench;
  readonly runtime: Runtime;
  readonly person: (caller: Caller) => RoutePerson;
  /** Makes a call on the route file's own handler. */
  readonly send: (operation: OperationSpec, headers: Headers, call?: RouteCall) => Promise<Response>;
  /** Gives a person of another bench the credentials of the table. */
  readonly adopt: (principal: Principal) => Promise<RoutePerson>;
  readonly headersOfPerson: (operation: OperationSpec, who: RoutePerson, kind: "key" | "session") => Headers;
  readonly headersOf: (operation: OperationSpec, caller: Caller, credential: Credential) => Promise<Headers>;
  readonly headersOfStranger: (operation: OperationSpec, credential: Stranger) => Headers;
  /** Runs with a portal that is not an evaluation instance. */
  readonly outsideEvaluation: <T>(run: () => Promise<T>) => Promise<T>;
  close(): Promise<void>;
}

function sessionHeaders(runtime: Runtime, token: string, operation: OperationSpec): Headers {
  const isUpload = operation.upload !== undefined;
  return new Headers({
    cookie: `${runtime.site.cookies.session}=${token}`,
    origin: runtime.site.origin,
    "sec-fetch-site": "same-origin",
    "content-type": isUpload ? "multipart/form-data; boundary=b" : "application/json",
    "x-forwarded-for": HOME,
  });
}

function keyHeaders(key: string, address = HOME): Headers {
  return new Headers({ authorization: `Bearer ${key}`, "x-forwarded-for": address });
}

/** Makes a change as the use cases do: with the entry that the database requires. */
async function recorded(
  runtime: Runtime,
  { action, subject }: { readonly action: string; readonly subject: string },
  run: (tx: Tx) => Promise<unknown>,
): Promise<void> {
  const cx = { ...runtime, client: {}, requestId: "test", system: "test" };
  await inTransaction(runtime, async (tx) => {
    await run(tx);
    await appendEntry(tx, cx, { class: "identity", outcome: "done", action, subjects: [subject] });
  });
}

interface Standing {
  readonly userId: string;
  readonly role: Role;
  readonly duties: readonly Duty[];
}

async function openSession(runtime: Runtime, person: Standing, at: Date) {
  const sid = newSid();
  const now = new Date();
  await recorded(runtime, { action: "session.create", subject: `session:${sid}` }, (tx) =>
    insertSession(tx, {
      sid,
      tenantId: runtime.instance.tenantId,
      userId: person.userId,
      at: now,
      expiresAt: new Date(now.getTime() + 3_600_000),
      method: "totp",
      provedAt: at,
      multiFactorAt: at,
      standing: standingOf(person),
      device: "a test",
    }),
  );
  return { sid, token: encodeSessionToken(runtime, sid) };
}

/** Returns a key with every scope, also for signing, and two sessions. */
async function credentialsOf(
  runtime: Runtime,
  person: Standing,
): Promise<Pick<RoutePerson, "key" | "prefix" | "session" | "staleSession">> {
  const cx = { ...runtime, client: {}, requestId: "test", system: "test" };
  const { key, prefix } = await createApiKey(cx, {
    userId: person.userId,
    label: "every scope",
    scopes: Scope.options,
    signingKey: toBase64url(ed25519PublicKey(SEED)),
    addresses: [HOME],
  });
  const session = await openSession(runtime, person, new Date());
  const stale = await openSession(runtime, person, new Date(Date.now() - STALE_MS));
  return { key, prefix, session: session.token, staleSession: stale.token };
}

async function createPerson(runtime: Runtime, caller: Caller): Promise<RoutePerson> {
  const cx = { ...runtime, client: {}, requestId: "test", system: "test" };
  const { role, duty } = caller;
  const duties = duty === undefined ? [] : [duty];
  const { id: organisationId } = await createOrganisation(cx, { name: nameOf(caller), kind: "company" });
  const handle = uuidv7(Date.now());
  await createParticipant(cx, { id: handle, organisationId, role, kind: "legal" });
  const { id: userId } = await createUser(cx, {
    handle,
    name: nameOf(caller),
    email: `${handle}@example.org`,
    role,
    organisationId,
    participantId: handle,
    duties,
  });
  return { userId, ...(await credentialsOf(runtime, { userId, role, duties })) };
}

async function strangerKeys(runtime: Runtime, { userId }: RoutePerson): Promise<StrangerKeys> {
  const cx = { ...runtime, client: {}, requestId: "test", system: "test" };
  const past = new Date(Date.now() - 1000);
  const expired = await createApiKey(cx, {
    userId,
    label: "expired",
    scopes: Scope.options,
    expiresAt: past,
  });
  const revoked = await createApiKey(cx, { userId, label: "revoked", scopes: Scope.options });
  await recorded(runtime, { action: "api_key.revoke", subject: `api_key:${revoked.id}` }, (tx) =>
    endApiKey(tx, revoked.id, { revoked_at: past }),
  );
  // Of the right form and checksum, but made under another instance's secret.
  const other = await createApiKey(
    { ...cx, apiKeySecret: new Uint8Array(32).fill(9) },
    { userId, label: "another instance's", scopes: Scope.options },
  );
  const ended = await openSession(runtime, { role: "client", duties: [], userId }, new Date());
  await recorded(runtime, { action: "session.end", subject: `session:${ended.sid}` }, (tx) =>
    tx.auth_session.update({ where: { sid: ended.sid }, data: { revoked_at: past }, select: { sid: true } }),
  );
  return { expired: expired.key, revoked: revoked.key, foreign: other.key, endedSession: ended.token };
}

/**
 * Opens a portal with all its routes and a person of each kind, on a bench with its custodian if one is given. Call `close` when the test
 * is over; it closes that bench too.
 */
export async function createRouteBench(on?: UseCaseBench): Promise<RouteBench> {
  const portal = await createPortalBench(NO_LIMITS, on);
  const runtime: Runtime = on === undefined ? portal.runtime : { ...portal.runtime, escrow: on.escrow };
  useRuntime(runtime);
  const people = new Map<string, RoutePerson>();
  for (const caller of CALLERS) people.set(nameOf(caller), await createPerson(runtime, caller));
  const person = (caller: Caller): RoutePerson => {
    const found = people.get(nameOf(caller));
    if (found === undefined) throw new TypeError(`no person is ${nameOf(caller)}`);
    return found;
  };
  const strangers = await strangerKeys(runtime, person({ role: "client" }));
  const files = new Map<string, RouteFile>(routeFiles().map((file) => [file.path, file]));
  const handlers = new Map<string, RouteHandler>();
  const handlerOf = async (path: string, method: string): Promise<RouteHandler> => {
    const name = `${method} ${path}`;
    const file = files.get(path);
    if (file === undefined) throw new TypeError(`no route file answers ${path}`);
    const handler = handlers.get(name) ?? (await loadHandler(file, method));
    handlers.set(name, handler);
    return handler;
  };
  const lesserKeys = new Map<string, string>();
  /** Returns a key of this person with every scope except those of the operation. */
  const keyWithout = async (operation: OperationSpec, caller: Caller): Promise<string> => {
    const scopes = Scope.options.filter((scope) => !operation.scopes.includes(scope));
    const name = `${nameOf(caller)} ${scopes.join()}`;
    const cx = { ...runtime, client: {}, requestId: "test", system: "test" };
    const known = lesserKeys.get(name);
    if (known !== undefined) return known;
    const { key } = await createApiKey(cx, { userId: person(caller).userId, label: "lesser", scopes });
    lesserKeys.set(name, key);
    return key;
  };
  const urlOf = (operation: OperationSpec, { params, query = sampleQuery(operation) }: RouteCall) =>
    `${ORIGIN}${addressOf(operation, params ?? sampleParams(operation))}${query}`;
  const signed = (operation: OperationSpec, key: RoutePerson, seed: Uint8Array): Headers => {
    const headers = new Headers({ host: "localhost:3000", "x-forwarded-for": HOME });
    signCall({ method: operation.method, url: urlOf(operation, PROBE), headers }, key.prefix, seed);
    return headers;
  };
  return {
    portal,
    runtime,
    person,
    async send(operation, headers, call = {}) {
      const method = call.method ?? operation.method;
      const params = call.params ?? sampleParams(operation);
      const sent = new Headers(headers);
      for (const [name, value] of Object.entries(call.headers ?? {}))
        if (value === null) sent.delete(name);
        else sent.set(name, value);
      const init = {
        method,
        headers: sent,
        ...(call.body === undefined ? {} : { body: call.body, duplex: "half" }),
      };
      const request = new Request(urlOf(operation, call), init);
      return (await handlerOf(operation.path, method))(request, { params: Promise.resolve(params) });
    },
    adopt: async ({ userId, role, duties }) => ({
      userId,
      ...(await credentialsOf(runtime, { userId, role, duties })),
    }),
    headersOfPerson: (operation, who, kind) =>
      kind === "session" ? sessionHeaders(runtime, who.session, operation) : keyHeaders(who.key),
    async headersOf(operation, caller, credential) {
      const who = person(caller);
      if (credential === "session") return sessionHeaders(runtime, who.session, operation);
      if (credential === "session without step-up")
        return sessionHeaders(runtime, who.staleSession, operation);
      if (credential === "signed key") return signed(operation, who, SEED);
      if (credential === "key from a wrong address") return keyHeaders(who.key, ELSEWHERE);
      if (credential === "key without the scope") return keyHeaders(await keyWithout(operation, caller));
      return keyHeaders(who.key);
    },
    headersOfStranger(operation, credential) {
      const who = person({ role: "client" });
      if (credential === "none") return new Headers();
      if (credential === "malformed") return keyHeaders("sp_not-a-key");
      if (credential === "foreign key") return keyHeaders(strangers.foreign);
      if (credential === "expired key") return keyHeaders(strangers.expired);
      if (credential === "revoked key") return keyHeaders(strangers.revoked);
      if (credential === "bad signature") return signed(operation, who, OTHER_SEED);
      if (credential === "ended session") return sessionHeaders(runtime, strangers.endedSession, operation);
      const both = sessionHeaders(runtime, who.session, operation);
      both.set("authorization", `Bearer ${who.key}`);
      return both;
    },
    async outsideEvaluation(run) {
      useRuntime({ ...runtime, instance: { ...runtime.instance, evaluation: false } });
      try {
        return await run();
      } finally {
        useRuntime(runtime);
      }
    },
    close: () => portal.close(),
  };
}

/** A query that no operation has. A permitted caller gets this error, and nothing is done. */
export const PROBE: RouteCall = { query: "?no-such-parameter=1" };
