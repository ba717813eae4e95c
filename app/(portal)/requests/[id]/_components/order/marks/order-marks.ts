import { readDate } from "../order-reading";

/** A run of text on a page; the box in shares of the page's width and height, from its top left. */
export interface TextRun {
  readonly text: string;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A passage that says a fact, marked with the fact's number. */
export interface Mark {
  readonly fact: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** The first box of its passage carries the number. */
  readonly isFirst: boolean;
}

const ENGLISH = "January February March April May June July August September October November December".split(
  " ",
);
const GERMAN = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(
  " ",
);

/** The ways in which orders write a day. */
function wordingsOfDay(value: string): string[] {
  const [year = "", month = "", day = ""] = value.slice(0, 10).split("-");
  const [plainDay, index] = [String(Number(day)), Number(month) - 1];
  const [english = "", german = ""] = [ENGLISH[index], GERMAN[index]];
  const days = [plainDay, day];
  return [
    `${year}-${month}-${day}`,
    `${day}.${month}.${year}`,
    `${plainDay}.${Number(month)}.${year}`,
    `${day}/${month}/${year}`,
    ...days.flatMap((number) => [
      `${number} ${english} ${year}`,
      `${number} ${english.slice(0, 3)} ${year}`,
      `${number}. ${german} ${year}`,
      `${number}. ${german.slice(0, 3)}. ${year}`,
      `${english} ${number}, ${year}`,
    ]),
  ];
}

/** The texts to search for: the words, and for a date each way to write it. */
export function wordingsOf(fact: string): string[] {
  const plain = fact.trim().replace(/\s+/gu, " ");
  if (plain.length < 3) return [];
  const date = readDate(plain);
  return date === undefined ? [plain] : wordingsOfDay(date.value);
}

interface Place {
  readonly run: number;
  readonly at: number;
}

/** The page's text with single blanks, and the place of each character. */
function flatten(runs: readonly TextRun[]): { readonly text: string; readonly places: readonly Place[] } {
  let text = "";
  const places: Place[] = [];
  runs.forEach((run, index) => {
    [...run.text, " "].forEach((character, at) => {
      const isBlank = /\s/u.test(character);
      if (isBlank && (text === "" || text.endsWith(" "))) return;
      text += isBlank ? " " : character.toLowerCase().slice(0, 1);
      places.push({ run: index, at });
    });
  });
  return { text, places };
}

function boxOf(run: TextRun, from: number, to: number) {
  const length = Math.max(1, [...run.text].length);
  return {
    left: run.left + (run.width * from) / length,
    top: run.top,
    width: (run.width * (Math.min(to, length) - from)) / length,
    height: run.height,
  };
}

/** One box for each run that a passage goes through. */
function boxesOf(runs: readonly TextRun[], passage: readonly Place[], fact: number): Mark[] {
  const spans = new Map<number, { from: number; to: number }>();
  for (const { run, at } of passage) {
    const span = spans.get(run);
    spans.set(run, { from: Math.min(span?.from ?? at, at), to: Math.max(span?.to ?? 0, at + 1) });
  }
  return [...spans].flatMap(([index, { from, to }], order) => {
    const run = runs[index];
    return run === undefined ? [] : [{ ...boxOf(run, from, to), fact, isFirst: order === 0 }];
  });
}

/** Letters and digits on both sides: a day 2 is not found in a day 12. */
function standsAlone(text: string, from: number, to: number): boolean {
  const isWord = (character: string | undefined): boolean =>
    character !== undefined && /[\p{L}\p{N}]/u.test(character);
  return !isWord(text[from - 1]) && !isWord(text[to]);
}

/** The first passage on a page that says a fact in one of its wordings. */
function findFact(runs: readonly TextRun[], wordings: readonly string[], fact: number): Mark[] {
  const { text, places } = flatten(runs);
  for (const wording of wordings) {
    const wanted = wording.toLowerCase();
    for (let from = text.indexOf(wanted); from >= 0; from = text.indexOf(wanted, from + 1)) {
      const to = from + wanted.length;
      if (standsAlone(text, from, to)) return boxesOf(runs, places.slice(from, to), fact);
    }
  }
  return [];
}

/** Marks for facts by number, 1 to 4; each fact may be given in several readings, of which the first found counts. */
export function findMarks(runs: readonly TextRun[], facts: readonly (readonly string[])[]): Mark[] {
  return facts.flatMap((readings, index) => findFact(runs, readings.flatMap(wordingsOf), index + 1));
}
