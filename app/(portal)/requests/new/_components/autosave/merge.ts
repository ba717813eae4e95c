import type { RequestView } from "@/lib/access/requests/answer-schema";
import {
  type AnswerName,
  type Answers,
  answersOf,
  DRAFT_NAMES,
  type FormOptions,
  isSame,
} from "../answers/answers";
import { untilOf } from "../answers/bodies";

/** One answer that two windows gave differently. */
export interface Clash {
  readonly name: AnswerName;
  readonly mine: Answers;
  readonly theirs: Answers;
}

export interface Merged {
  readonly answers: Answers;
  readonly theirs: Answers;
  /** Answers that only the other window changed: taken over. */
  readonly taken: readonly AnswerName[];
  readonly clashes: readonly Clash[];
}

/** Target and period are several controls for one answer each: they are taken or left together. */
const TOGETHER: readonly (readonly AnswerName[])[] = [
  ["target", "ids", "job", "participant", "createdFrom", "createdTo"],
  ["begin", "from"],
  ["end", "until"],
];

export function togetherWith(name: AnswerName): readonly AnswerName[] {
  return TOGETHER.find((names) => names.includes(name)) ?? [name];
}

/** `answers` with those of `from` under the given names. */
export function withAnswers(answers: Answers, from: Answers, names: readonly AnswerName[]): Answers {
  const taken = Object.fromEntries(names.map((name) => [name, from[name]]));
  return { ...answers, ...taken };
}

/** The server's draft as answers; an end that the form itself computed from the order stays the order's. */
function theirsOf(view: RequestView, base: Answers, options: FormOptions): Answers {
  const theirs = answersOf(view, options);
  const until = untilOf(base);
  const isOwnEnd = (until ?? "") === "" ? view.until === undefined : sameInstant(until, view.until);
  return isOwnEnd ? { ...theirs, end: base.end, until: base.until } : theirs;
}

function sameInstant(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && Date.parse(a) === Date.parse(b);
}

const LEADERS: readonly AnswerName[] = DRAFT_NAMES.filter((name) => togetherWith(name)[0] === name);

/**
 * What two windows made of one draft: what only one of them changed is kept, what both changed differently is
 * for the person to say.
 */
export function mergeAnswers(base: Answers, mine: Answers, view: RequestView, options: FormOptions): Merged {
  const theirs = theirsOf(view, base, options);
  const differs = (a: Answers, b: Answers, names: readonly AnswerName[]) =>
    names.some((name) => !isSame(a[name], b[name]));
  let answers = mine;
  const taken: AnswerName[] = [];
  const clashes: Clash[] = [];
  for (const leader of LEADERS) {
    const names = togetherWith(leader);
    if (!differs(theirs, base, names) || !differs(theirs, mine, names)) continue;
    if (differs(mine, base, names)) clashes.push({ name: leader, mine, theirs });
    else {
      taken.push(leader);
      answers = withAnswers(answers, theirs, names);
    }
  }
  return { answers, theirs, taken, clashes };
}
