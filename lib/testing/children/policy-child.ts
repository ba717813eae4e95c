import { ParsedPolicies } from "@/lib/access/policy/cedar";
import { DEFAULT_DOCUMENT } from "@/lib/access/policy/default-document";
import { preparePolicySet } from "@/lib/access/policy/engine";
import { questionOf } from "@/lib/access/policy/examples";
import type { PolicyDocument } from "@/lib/access/policy/policy-document";

/** What this child does: sets that it prepares, and decisions between two of them. */
export interface PolicyChildOptions {
  readonly preparations: number;
  readonly decisions: number;
}

// Decides by one set while it prepares others, as a dry run or an activation does. Without the flag of cedar.ts V8 ends
// the process here.
const { preparations, decisions }: PolicyChildOptions = JSON.parse(process.argv[2] ?? "");
const questions = DEFAULT_DOCUMENT.policies.flatMap(({ examples }) =>
  examples.map(({ facts }) => questionOf(facts)),
);
const texts = Object.fromEntries(DEFAULT_DOCUMENT.policies.map(({ id, text }) => [id, text]));
const hot = new ParsedPolicies(texts);

/** The default policies four times: 68 of them, no two sets the same. */
function documentAt(turn: number): PolicyDocument {
  const policies = DEFAULT_DOCUMENT.policies.flatMap((policy) =>
    [0, 1, 2, 3].map((copy) => ({ ...policy, id: `${policy.id}-${turn}-${copy}`, examples: [] })),
  );
  return { ...DEFAULT_DOCUMENT, policies };
}

let allowed = 0;
for (let turn = 0; turn < preparations; turn += 1) {
  const set = preparePolicySet(documentAt(turn));
  for (let n = 0; n < decisions; n += 1) {
    const question = questions[(turn + n) % questions.length];
    if (question === undefined) throw new TypeError("no question");
    const { isAllowed } = hot.decide(question);
    if (isAllowed) allowed += 1;
    if (n === 0 && set.ask(question).isAllowed !== isAllowed) throw new TypeError("two sets differ");
  }
}
process.stdout.write(JSON.stringify({ allowed, heapMb: Math.round(process.memoryUsage().rss / 1e6) }));
