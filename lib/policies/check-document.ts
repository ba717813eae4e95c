import { preparePolicySet } from "@/lib/access/policy/engine";
import { runExamples } from "@/lib/access/policy/examples";
import type { PolicyDocument } from "@/lib/access/policy/policy-document";
import { validateDocument } from "@/lib/access/policy/validate-document";
import { DomainError } from "@/lib/errors";
import type { PolicyFault } from "@/lib/policies/schema";

/** A document that was checked. It is absent where its form is at fault. */
export interface CheckedDocument {
  readonly document: PolicyDocument | undefined;
  readonly faults: readonly PolicyFault[];
}

const WORDS = { allow: "allowed", refuse: "refused" } as const;

function exampleFaults(document: PolicyDocument): PolicyFault[] {
  const missed = runExamples(document, preparePolicySet(document)).filter(({ isMet }) => !isMet);
  return missed.map(({ policy, name, expected, got, policies }) => {
    const by = policies.length === 0 ? "no policy permits it" : `by ${policies.join(", ")}`;
    return {
      ...{ policy, line: null, column: null, length: 0, example: name },
      message: `Expected to be ${WORDS[expected]}, but is ${WORDS[got]}: ${by}.`,
    };
  });
}

/** Checks a document as it was given: its form, each text, all of them against the schema, and every example. Pure. */
export function checkDocument(given: unknown): CheckedDocument {
  const { document, problems } = validateDocument(given);
  if (document !== undefined) return { document, faults: exampleFaults(document) };
  return { document, faults: problems.map((problem) => ({ ...problem, example: null })) };
}

/** Throws `policy.invalid` with each fault at its place, unless the document has none. */
export function requireFaultless(document: PolicyDocument): void {
  const { faults } = checkDocument(document);
  if (faults.length === 0) return;
  const indexes = new Map(document.policies.map(({ id }, index) => [id, index]));
  const errors = faults.map(({ policy, line, column, example, message }) => {
    const index = policy === null ? undefined : indexes.get(policy);
    const part = example === null ? "text" : "examples";
    const place = example ?? `Line ${line}, column ${column}`;
    return {
      pointer: index === undefined ? "/document" : `/document/policies/${index}/${part}`,
      detail: `${place}: ${message}`,
    };
  });
  throw new DomainError("policy.invalid", {
    detail: faults.length === 1 ? "It has one fault." : `It has ${faults.length} faults.`,
    errors,
    extra: { faults },
  });
}
