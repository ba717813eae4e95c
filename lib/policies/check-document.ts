import { preparePolicySet } from "@/lib/access/policy/engine";
import { exampleResults } from "@/lib/access/policy/examples";
import type { PolicyDocument } from "@/lib/access/policy/policy-document";
import { validateDocument } from "@/lib/access/policy/validate-document";
import { DomainError } from "@/lib/errors";
import type { PolicyFault } from "@/lib/policies/schema";
import { Turns } from "@/lib/policies/turns";

/** A document that was checked. It is absent where its form is at fault. */
export interface CheckedDocument {
  readonly document: PolicyDocument | undefined;
  readonly faults: readonly PolicyFault[];
}

/** Faults that one answer lists. */
const MOST_FAULTS = 100;
const WORDS = { allow: "allowed", refuse: "refused" } as const;

async function missedExamples(document: PolicyDocument): Promise<PolicyFault[]> {
  const faults: PolicyFault[] = [];
  const turns = new Turns();
  const results = exampleResults(document, preparePolicySet(document));
  for (const { policy, name, expected, got, policies, isMet } of results) {
    const by = policies.length === 0 ? "no policy permits it" : `by ${policies.join(", ")}`;
    const message = `Expected to be ${WORDS[expected]}, but is ${WORDS[got]}: ${by}.`;
    if (!isMet) faults.push({ policy, line: null, column: null, length: 0, example: name, message });
    if (turns.isOver) await turns.give();
  }
  return faults;
}

/** Every policy shows by examples what it allows and what stays refused. */
function absentExamples({ policies }: PolicyDocument): PolicyFault[] {
  return policies.flatMap(({ id, examples }) =>
    (["allow", "refuse"] as const)
      .filter((kind) => !examples.some(({ expect }) => expect === kind))
      .map((kind) => ({
        ...{ policy: id, line: null, column: null, length: 0, example: null },
        message: `Add an example that is ${WORDS[kind]}.`,
      })),
  );
}

/** Checks a document as it was given: its form, each text, all of them against the schema, and every example. */
export async function checkDocument(given: unknown): Promise<CheckedDocument> {
  const { document, problems } = validateDocument(given);
  if (document !== undefined) {
    const faults = [...absentExamples(document), ...(await missedExamples(document))];
    return { document, faults: faults.slice(0, MOST_FAULTS) };
  }
  return { document, faults: problems.map((problem) => ({ ...problem, example: null })) };
}

/** Throws `policy.invalid` with each fault at its place, unless the document has none. */
export async function requireFaultless(document: PolicyDocument): Promise<void> {
  const { faults } = await checkDocument(document);
  if (faults.length === 0) return;
  const indexes = new Map(document.policies.map(({ id }, index) => [id, index]));
  const errors = faults.map(({ policy, line, column, example, message }) => {
    const index = policy === null ? undefined : indexes.get(policy);
    const part = line === null ? "examples" : "text";
    const place = example ?? (line === null ? "Examples" : `Line ${line}, column ${column}`);
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
