import { createRequire } from "node:module";
import path from "node:path";
import { setFlagsFromString } from "node:v8";
import { CEDAR_SCHEMA } from "@/lib/access/policy/cedar-schema";
import type { OpenQuestion, PolicyAnswer, PolicyQuestion } from "@/lib/context/policies";
import { InvariantError } from "@/lib/errors";

// Node 20 can end the whole process when a set is prepared between hot decisions: V8 inlines calls into WebAssembly and
// fails when it undoes that. The flag must be set before the module is loaded. With an `import` statement the module
// would be loaded first.
setFlagsFromString("--no-turbo-inline-js-wasm-calls");
const SCHEMA = "sealport";
type Cedar = typeof import("@cedar-policy/cedar-wasm/nodejs");

/** Returns a loaded Cedar that knows our schema. */
function withSchema(made: Cedar): Cedar {
  const schema = made.preparseSchema(SCHEMA, CEDAR_SCHEMA);
  if (schema.type === "failure") throw new InvariantError(schema.errors[0]?.message ?? "no schema");
  return made;
}

/**
 * Loads Cedar again, with new memory. It is found from the working folder, which is the program's own folder, bundled
 * or not.
 */
function startAgain(): Cedar {
  const load = createRequire(path.join(process.cwd(), "package.json"));
  const place = load.resolve("@cedar-policy/cedar-wasm/nodejs");
  delete load.cache[place];
  return withSchema(load(place));
}

let running = withSchema(createRequire(import.meta.url)("@cedar-policy/cedar-wasm/nodejs"));
let starts = 1;

/**
 * Thrown when Cedar failed within a call, for example because a text is nested too deeply for its stack. Cedar was
 * started again.
 */
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
 * Returns one of Cedar's functions. After an exception WebAssembly does not free its stack, so every later call would
 * fail: one person's text would stop all decisions. So the function then starts Cedar again and throws CedarEnded.
 */
function guarded<K extends Call>(name: K): Cedar[K] {
  const call = (...given: readonly unknown[]): unknown => {
    try {
      return Reflect.apply(running[name], undefined, given);
    } catch (cause) {
      running = startAgain();
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

/** A parsed set of policies. Its memory in Cedar is freed after this object was garbage-collected. */
export class ParsedPolicies {
  readonly #name = `set-${made++}`;
  readonly #texts: Texts;
  /** Number of the start of Cedar that has this set. */
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

  /**
   * Returns Cedar's own answer. An error in Cedar's diagnostics is a refusal, and so is a question that Cedar cannot
   * answer.
   */
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
