import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";
import { CEDAR_SCHEMA } from "@/lib/access/policy/cedar-schema";
import type { OpenQuestion, PolicyAnswer, PolicyQuestion } from "@/lib/context/policies";
import { InvariantError } from "@/lib/errors";

// Node 20 can end the whole process when a set is prepared between hot decisions: V8 inlines calls into WebAssembly and
// fails when it takes that back. So the flag comes before the module is loaded, which an import could not promise.
setFlagsFromString("--no-turbo-inline-js-wasm-calls");
/** Cedar itself. Only lib/access/policy and the proof of lib/policies call it. */
export const cedar: typeof import("@cedar-policy/cedar-wasm/nodejs") = createRequire(import.meta.url)(
  "@cedar-policy/cedar-wasm/nodejs",
);

const SCHEMA = "sealport";
const prepared = cedar.preparseSchema(SCHEMA, CEDAR_SCHEMA);
if (prepared.type === "failure") throw new InvariantError(prepared.errors[0]?.message ?? "no schema");

type Texts = Readonly<Record<string, string>>;

/** Cedar keeps each set that it parsed until its name is used again. */
const forgotten = new FinalizationRegistry<string>((name) => {
  cedar.preparsePolicySet(name, { staticPolicies: {} });
});
let made = 0;

/** A parsed set of policies. Its memory is given back with the object. */
export class ParsedPolicies {
  readonly #name = `set-${made++}`;

  constructor(texts: Texts) {
    const answer = cedar.preparsePolicySet(this.#name, { staticPolicies: { ...texts } });
    if (answer.type === "failure") throw new InvariantError(answer.errors[0]?.message ?? "no policy set");
    forgotten.register(this, this.#name);
  }

  /** Returns Cedar's own answer. A diagnostics error refuses, and so does a question that Cedar cannot read. */
  decide(question: PolicyQuestion): PolicyAnswer {
    const answer = cedar.statefulIsAuthorized({
      ...callOf(question),
      preparsedPolicySetId: this.#name,
      preparsedSchemaName: SCHEMA,
      validateRequest: true,
    });
    if (answer.type === "failure" || answer.response.diagnostics.errors.length > 0)
      return { isAllowed: false, policies: [], isBroken: true };
    const { decision, diagnostics } = answer.response;
    return { isAllowed: decision === "allow", policies: diagnostics.reason.toSorted(), isBroken: false };
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
