import { DEFAULT_DOCUMENT } from "@/lib/access/policy/default-document";
import { type PreparedSet, preparePolicySet } from "@/lib/access/policy/engine";
import { decideExample } from "@/lib/access/policy/examples";
import type { Example, Policy, PolicyDocument } from "@/lib/access/policy/policy-document";

/** Returns a document with these policies, by id, and the default settings. */
export function documentOf(texts: Readonly<Record<string, string>>): PolicyDocument {
  const policies: Policy[] = Object.entries(texts).map(([id, text]) => ({ id, text, examples: [] }));
  return { ...DEFAULT_DOCUMENT, policies };
}

/** Returns a set of the default policies with these changed or added. */
export function changedSet(texts: Readonly<Record<string, string>>): PreparedSet {
  const known = Object.fromEntries(DEFAULT_DOCUMENT.policies.map(({ id, text }) => [id, text]));
  return preparePolicySet(documentOf({ ...known, ...texts }));
}

/** Returns the document with one example that is allowed and one that is refused for each policy, as the whole set decides. */
export function withExamples(document: PolicyDocument): PolicyDocument {
  const set = preparePolicySet(document);
  const cases = DEFAULT_DOCUMENT.policies.flatMap(({ examples }) => examples.map(({ facts }) => facts));
  const examples = (["allow", "refuse"] as const).map((expect): Example => {
    const facts = cases.find((one) => decideExample(one, set).isAllowed === (expect === "allow"));
    if (facts === undefined) throw new TypeError(`nothing to ${expect}`);
    return { name: expect, expect, facts };
  });
  return { ...document, policies: document.policies.map((policy) => ({ ...policy, examples })) };
}

let open: PreparedSet | undefined;

/** Returns a set that permits everything: what it refuses, the floor refuses. */
export function openSet(): PreparedSet {
  open ??= preparePolicySet(documentOf({ everything: "permit(principal, action, resource);" }));
  return open;
}
