import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";
import { CEDAR_SCHEMA } from "@/lib/access/policy/cedar-schema";
import type { OpenQuestion, PolicyAnswer, PolicyQuestion } from "@/lib/context/policies";
import { InvariantError } from "@/lib/errors";

// Node 20 can end the whole process when a set is prepared between hot decisions: V8 inlines calls into WebAssembly and
// fails when it takes that back. So the flag comes before the module is loaded, which an import could not promise.
setFlagsFromString("--no-turbo-inline-js-wasm-calls");
const PACKAGE = "@cedar-policy/cedar-wasm/nodejs";
const SCHEMA = "sealport";
type Cedar = typeof import("@cedar-policy/cedar-wasm/nodejs");

/** Loads Cedar with memory of its own. */
function start(): Cedar {
  const load = createRequire(import.meta.url);
  delete load.cache[load.resolve(PACKAGE)];
  const made: Cedar = load(PACKAGE);
  const schema = made.preparseSchema(SCHEMA, CEDAR_SCHEMA);
  if (schema.type === "failure") throw new InvariantError(schema.errors[0]?.message ?? "no schema");
  return made;
}

let running = start();
let starts = 1;

/** Cedar ended within a call, for example because a text is nested more deeply than its stack. It was started again. */
export class CedarEnded extends Error {
  override readonly name = "CedarEnded";
}

type Call =
  | "policyToJson"
  | "validate"
  | "isAuthorized"
  | "preparseSchema"
  | "preparsePolicySet"
  | "statefulIsAuthorized";

/**
 * Returns a call of Cedar. WebAssembly that threw does not give its stack back, and every later call would fail:
 * one person's text would stop all decisions. So Cedar is started again. Throws CedarEnded then.
 */
function guarded<K extends Call>(name: K): Cedar[K] {
  const call = (...given: readonly unknown[]): unknown => {
    try {
      return Reflect.apply(running[name], undefined, given);
    } catch (cause) {
      running = start();
      starts += 1;
      throw new CedarEnded(`Cedar ended in ${name}`, { cause });
    }
  };
  return call as Cedar[K];
}

/** Cedar's own functions. Only lib/access/policy and the proof of lib/policies call them. */
export const cedar = {
  policyToJson: guarded("policyToJson"),
  validate: guarded("validate"),
  isAuthorized: guarded("isAuthorized"),
  preparseSchema: guarded("preparseSchema"),
  preparsePolicySet: guarded("preparsePolicySet"),
  statefulIsAuthorized: guarded("statefulIsAuthorized"),
} as const;

type Texts = Readonly<Record<string, string>>;

/** Cedar keeps each set that it parsed until its name is used again. */
const forgotten = new FinalizationRegistry<string>((name) => {
  cedar.preparsePolicySet(name, { staticPolicies: {} });
});
let made = 0;

/** A parsed set of policies. Its memory is given back with the object. */
export class ParsedPolicies {
  readonly #name = `set-${made++}`;
  readonly #texts: Texts;
  /** The start of Cedar that knows this set. */
  #start = 0;

  constructor(texts: Texts) {
    this.#texts = { ...texts };
    this.#prepare();
    forgotten.register(this, this.#name);
  }

  #prepare(): void {
    if (this.#start === starts) return;
    const answer = cedar.preparsePolicySet(this.#name, { staticPolicies: { ...this.#texts } });
    if (answer.type === "failure") throw new InvariantError(answer.errors[0]?.message ?? "no policy set");
    this.#start = starts;
  }

  /** Returns Cedar's own answer. A diagnostics error refuses, and so does a question that Cedar cannot answer. */
  decide(question: PolicyQuestion): PolicyAnswer {
    const broken = { isAllowed: false, policies: [], isBroken: true };
    try {
      this.#prepare();
      const answer = cedar.statefulIsAuthorized({
        ...callOf(question),
        preparsedPolicySetId: this.#name,
        preparsedSchemaName: SCHEMA,
        validateRequest: true,
      });
      if (answer.type === "failure" || answer.response.diagnostics.errors.length > 0) return broken;
      const { decision, diagnostics } = answer.response;
      return { isAllowed: decision === "allow", policies: diagnostics.reason.toSorted(), isBroken: false };
    } catch (error) {
      if (error instanceof CedarEnded) return broken;
      throw error;
    }
  }
}

const PRINCIPAL = { type: "User", id: "reader" };
const REGISTER = { type: "Register", id: "register" };
const TRANSACTION = { type: "Transaction", id: "record" };

function contextOf({ context }: OpenQuestion) {
  const { grant, authority, office, ...facts } = context;
  return {
    ...facts,
    office: { ...office },
    ...(grant === undefined ? {} : { grant: { ...grant } }),
    ...(authority === undefined ? {} : { authority: { ...authority } }),
  };
}

function callOf(question: PolicyQuestion) {
  const { role, duties, ...attributes } = question.principal;
  const parent = { type: "Role", id: role };
  const user = { uid: PRINCIPAL, attrs: { ...attributes, duties: [...duties] }, parents: [parent] };
  const about = { principal: PRINCIPAL, action: { type: "Action", id: question.action } };
  if (question.action === "request")
    return { ...about, resource: REGISTER, context: { ...question.context }, entities: [user] };
  const record = { uid: TRANSACTION, attrs: { ...question.resource }, parents: [] };
  return { ...about, resource: TRANSACTION, context: contextOf(question), entities: [user, record] };
}
