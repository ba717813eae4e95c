// The room's engine: policies as data, decided by Cedar. preparePolicySet makes a set that answers questions;
// validate-document.ts checks a text before that; lib/access/rules/decide.ts asks, after the floor.
// Must stay true: one question always has one answer, a policy that cannot be evaluated refuses, and questions name no
// person and no record.
import type { PolicyJson } from "@cedar-policy/cedar-wasm/nodejs";
import { cedar, ParsedPolicies } from "@/lib/access/policy/cedar";
import { documentDigest, type PolicyDocument } from "@/lib/access/policy/policy-document";
import { isFor, questionKey, readsOf, type SetReads } from "@/lib/access/policy/set-reads";
import { POLICY_SOURCES } from "@/lib/access/policy-sources";
import type { DecidingSet, PolicyAnswer, PolicyQuestion } from "@/lib/context/policies";
import { toBase64url } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { InvariantError } from "@/lib/errors";

/** Answers that a set keeps. Few differ (set-reads.ts); a set that calculates could fill the memory. */
const MOST_ANSWERS = 50_000;

/** A policy set that is ready to decide, with what it was made of. */
export interface PreparedSet extends DecidingSet {
  readonly document: PolicyDocument;
  /** SHA-256 of the canonical document. */
  readonly digest: string;
  /** The policies as Cedar read them: a text can write any name with escapes, this cannot. */
  readonly parsed: string;
}

type Sources = readonly (readonly [name: string, digest: string])[];

/**
 * Returns the version of a document's decisions: a digest over the document and the source of the floor, so a build with
 * another floor has another version.
 */
export function policyVersionOf(document: PolicyDocument, sources: Sources = POLICY_SOURCES): string {
  const lines = sources.map(([name, digest]) => `${name} ${digest}\n`);
  return toBase64url(sha256(`sealport/policy/3\n${documentDigest(document)}\n${lines.join("")}`));
}

/** Returns each policy in Cedar's JSON form. Throws InvariantError for a text that Cedar cannot read. */
function parsedOf({ policies }: PolicyDocument) {
  return policies.map(({ id, text }) => {
    const answer = cedar.policyToJson(text);
    if (answer.type === "failure") throw new InvariantError(`the policy ${id} cannot be read`);
    return { id, text, json: answer.json };
  });
}

function textsOf(policies: readonly { readonly id: string; readonly text: string }[]) {
  const texts = Object.fromEntries(policies.map(({ id, text }) => [id, text]));
  if (Object.keys(texts).length !== policies.length) throw new InvariantError("two policies have one id");
  return texts;
}

/** Returns `find`, with its answers kept by the question's key. */
function remembering<Answer>(
  keyOf: (question: PolicyQuestion) => string,
  find: (question: PolicyQuestion) => Answer,
) {
  const known = new Map<string, Answer>();
  return (question: PolicyQuestion): Answer => {
    const key = keyOf(question);
    const kept = known.get(key);
    if (kept !== undefined) return kept;
    const answer = find(question);
    if (known.size >= MOST_ANSWERS) known.clear();
    known.set(key, answer);
    return answer;
  };
}

/** Returns the key of a question by what the policies for its role and action read. */
function keysOf(policies: readonly PolicyJson[]): (question: PolicyQuestion) => string {
  const readsBy = new Map<string, SetReads>();
  return (question) => {
    const { action, principal } = question;
    const head = `${action} ${principal.role}`;
    let reads = readsBy.get(head);
    if (reads === undefined) {
      reads = readsOf(policies.filter((one) => isFor(one, principal.role, action)));
      readsBy.set(head, reads);
    }
    return questionKey(question, reads);
  };
}

/**
 * Returns the set of a valid document, ready to decide: about 1 ms a policy, once. Throws InvariantError for a document
 * that `validateDocument` refuses at its first check; the store holds valid ones only.
 */
export function preparePolicySet(document: PolicyDocument): PreparedSet {
  const policies = parsedOf(document);
  const all = policies.map(({ json }) => json);
  const keyOf = keysOf(all);
  const whole = new ParsedPolicies(textsOf(policies));
  let permitting: ParsedPolicies | undefined;
  const { compared } = readsOf(all);
  return {
    document,
    digest: documentDigest(document),
    parsed: JSON.stringify(all),
    version: policyVersionOf(document),
    settings: document.settings,
    ask: remembering<PolicyAnswer>(keyOf, (question) => whole.decide(question)),
    permits: remembering(keyOf, (question) => {
      permitting ??= new ParsedPolicies(textsOf(policies.filter(({ json }) => json.effect === "permit")));
      return permitting.decide(question).isAllowed;
    }),
    boundsOf: (attribute) => compared.get(attribute)?.numbers ?? [],
  };
}
