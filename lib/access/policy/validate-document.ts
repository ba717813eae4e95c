import { CedarEnded, cedar } from "@/lib/access/policy/cedar";
import { CEDAR_SCHEMA } from "@/lib/access/policy/cedar-schema";
import { PolicyDocument } from "@/lib/access/policy/policy-document";
import { shapeFault } from "@/lib/access/policy/shape-limits";
import { fromUtf8, utf8 } from "@/lib/crypto/bytes";

/** One fault of a document, at its place in a policy's text. */
export interface PolicyProblem {
  /** Id of the policy; null for a fault of the set. */
  readonly policy: string | null;
  /** From 1. */
  readonly line: number;
  /** In characters, from 1. */
  readonly column: number;
  /** Characters at fault; 0 where the whole policy is. */
  readonly length: number;
  readonly message: string;
}

export type Validated =
  | { readonly document: PolicyDocument; readonly problems: readonly [] }
  | { readonly document: undefined; readonly problems: readonly [PolicyProblem, ...PolicyProblem[]] };

/** Bounds of a set. Beyond them nothing is parsed. */
const MOST_POLICIES = 600;
const MOST_BYTES = 1_000_000;
const MOST_EXAMPLES = 2_000;
/** Problems that one answer lists. */
const MOST_PROBLEMS = 100;

const ofSet = (message: string): PolicyProblem => ({ policy: null, line: 1, column: 1, length: 0, message });

/** A policy's text, with what is needed to place an error in it. */
interface Text {
  readonly id: string;
  readonly text: string;
}

interface CedarError {
  readonly message: string;
  readonly help: string | null;
  readonly sourceLocations?: readonly { readonly start: number; readonly end: number }[];
}

/** Cedar names the policy and itself; the place says both. */
const PREFIX = /^(for policy `[^`]*`, |failed to parse policy (with id `[^`]*` )?from string: )/;

function wordsOf({ message, help }: CedarError): string {
  const said = message.replace(PREFIX, "");
  const first = said.slice(0, 1).toUpperCase() + said.slice(1);
  return help === null ? `${first}.` : `${first}: ${help}.`;
}

/** Returns the place after these characters, as people and editors count it. */
function placeAfter(before: string): Pick<PolicyProblem, "line" | "column"> {
  const lines = before.split("\n");
  return { line: lines.length, column: [...(lines.at(-1) ?? "")].length + 1 };
}

/** Returns the problem where Cedar found it. Cedar counts bytes. */
function placed({ id, text }: Text, error: CedarError): PolicyProblem {
  const [place] = error.sourceLocations ?? [];
  const message = wordsOf(error);
  if (place === undefined) return { policy: id, line: 1, column: 1, length: 0, message };
  const bytes = utf8(text);
  const length = [...fromUtf8(bytes.subarray(place.start, place.end))].length;
  return { policy: id, ...placeAfter(fromUtf8(bytes.subarray(0, place.start))), length, message };
}

/** Texts that are too deep never reach Cedar. */
function shapeProblems(texts: readonly Text[]): PolicyProblem[] {
  return texts.flatMap(({ id, text }) => {
    const fault = shapeFault(text);
    if (fault === undefined) return [];
    return [{ policy: id, ...placeAfter(text.slice(0, fault.at)), length: 1, message: fault.words }];
  });
}

function sizeProblem(given: unknown): PolicyProblem | undefined {
  const policies = (given as { policies?: unknown } | null)?.policies;
  if (!Array.isArray(policies)) return undefined;
  if (policies.length > MOST_POLICIES)
    return ofSet(`A set has at most ${MOST_POLICIES} policies; this one has ${policies.length}.`);
  const bytes = policies.reduce((sum: number, one: unknown) => {
    const text = (one as { text?: unknown } | null)?.text;
    return sum + (typeof text === "string" ? text.length : 0);
  }, 0);
  if (bytes > MOST_BYTES) return ofSet(`The policies of a set have at most 1 MB; these have more.`);
  const examples = policies.reduce((sum: number, one: unknown) => {
    const listed = (one as { examples?: unknown } | null)?.examples;
    return sum + (Array.isArray(listed) ? listed.length : 0);
  }, 0);
  if (examples <= MOST_EXAMPLES) return undefined;
  return ofSet(`A set has at most ${MOST_EXAMPLES} examples; this one has ${examples}.`);
}

/** Returns the schema's faults, each with the policy that it is in. */
function formProblems(
  given: unknown,
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): PolicyProblem[] {
  return issues.map(({ path, message }) => {
    const [list, index, ...rest] = path;
    const policies = (given as { policies?: readonly { id?: unknown }[] } | null)?.policies;
    const id = list === "policies" && typeof index === "number" ? policies?.[index]?.id : undefined;
    const isNamed = typeof id === "string" && id.length > 0 && id.length <= 60;
    const where = (isNamed ? rest : path).join(".");
    const words = where === "id" ? "An id has small letters a to z, digits and hyphens only" : message;
    return { ...ofSet(`${where === "" ? "" : `${where}: `}${words}.`), policy: isNamed ? id : null };
  });
}

function repeatedProblems(texts: readonly Text[]): PolicyProblem[] {
  const seen = new Set<string>();
  const repeated = texts.filter(({ id }) => seen.size === seen.add(id).size);
  return repeated.map(({ id }) => ({ ...ofSet("Two policies have this id."), policy: id }));
}

/** A policy is for roles: one for a person or a record could only ever be a mistake, since questions name neither. */
function namesOne(text: string): boolean {
  const answer = cedar.policyToJson(text);
  return (
    answer.type === "success" && /"type":"(User|Transaction|Register)"/.test(JSON.stringify(answer.json))
  );
}

/** Parses each text alone, so that each fault has its own place. */
function textProblems(texts: readonly Text[]): PolicyProblem[] {
  return texts.flatMap((one) => {
    const answer = cedar.policyToJson(one.text);
    if (answer.type === "failure") return answer.errors.map((error) => placed(one, error));
    if (!namesOne(one.text)) return [];
    return [{ ...ofSet("A policy names roles, not one person or one transaction."), policy: one.id }];
  });
}

/** Checks all policies against the schema, strictly. A warning counts as an error. */
function typeProblems(texts: readonly Text[]): PolicyProblem[] {
  const answer = cedar.validate({
    schema: CEDAR_SCHEMA,
    policies: { staticPolicies: Object.fromEntries(texts.map(({ id, text }) => [id, text])) },
    validationSettings: { mode: "strict" },
  });
  if (answer.type === "failure") return answer.errors.map((error) => ofSet(wordsOf(error)));
  const found = [...answer.validationErrors, ...answer.validationWarnings].map(({ policyId, error }) =>
    placed({ id: policyId, text: texts.find(({ id }) => id === policyId)?.text ?? "" }, error),
  );
  const others = answer.otherWarnings.map((error) => ofSet(wordsOf(error)));
  const at = ({ policy, line, column }: PolicyProblem) => `${policy} ${line} ${column}`;
  // One place that is wrong for several actions is one problem.
  return [...new Map([...found, ...others].reverse().map((one) => [at(one), one])).values()].reverse();
}

/** Returns what a check found. A text that ended Cedar is a problem, and not the portal's. */
function checked(check: () => PolicyProblem[]): PolicyProblem[] {
  try {
    return check();
  } catch (error) {
    if (error instanceof CedarEnded) return [ofSet("The policies are too large or too deep to be checked.")];
    throw error;
  }
}

/**
 * Checks a document as it was given: its bounds, its form, each text, and all of them against the schema. The first
 * check that finds faults ends it. Pure.
 */
export function validateDocument(given: unknown): Validated {
  const size = sizeProblem(given);
  const parsed = size === undefined ? PolicyDocument.safeParse(given) : undefined;
  const document = parsed?.data;
  const found =
    size !== undefined ? [size] : parsed?.success === false ? formProblems(given, parsed.error.issues) : [];
  const texts = document?.policies ?? [];
  for (const check of [repeatedProblems, shapeProblems, textProblems, typeProblems])
    if (found.length === 0) found.push(...checked(() => check(texts)));
  const [first, ...others] = found.slice(0, MOST_PROBLEMS);
  if (first !== undefined) return { document: undefined, problems: [first, ...others] };
  return { document: PolicyDocument.parse(given), problems: [] };
}
