import type { TextRun } from "@/app/(portal)/requests/[id]/_components/order/marks/order-marks";
import { readDate } from "@/app/(portal)/requests/[id]/_components/order/order-reading";
import type { GroupName, InstrumentKind } from "@/lib/vocabulary";
import type { ReadableFact } from "../answers/read-facts";
import { numbersIn } from "../transactions/lookups";

/** A value that was found in the text, and the page it is on. */
export interface FoundFact {
  readonly value: string;
  readonly page: number;
}

/** What an order's text says. A person confirms each fact; nothing here decides. */
export interface FoundInText {
  readonly facts: Readonly<Partial<Record<ReadableFact, FoundFact>>>;
  /** Transaction numbers that the order lists. */
  readonly ids: readonly string[];
  /** Fields that the order names. */
  readonly fields: readonly GroupName[];
}

interface Page {
  readonly number: number;
  readonly lines: readonly string[];
  readonly text: string;
}

/** The lines of a page: runs at one height, from left to right. */
export function linesOf(runs: readonly TextRun[]): string[] {
  const lines: { top: number; height: number; runs: TextRun[] }[] = [];
  for (const run of runs) {
    const line = lines.find(({ top, height }) => Math.abs(top - run.top) < Math.max(height, run.height) / 2);
    if (line === undefined) lines.push({ top: run.top, height: run.height, runs: [run] });
    else line.runs.push(run);
  }
  return lines
    .sort((a, b) => a.top - b.top)
    .map((line) =>
      line.runs
        .sort((a, b) => a.left - b.left)
        .map(({ text }) => text.trim())
        .join(" ")
        .replace(/\s+/gu, " "),
    );
}

const KINDS: readonly (readonly [InstrumentKind, RegExp])[] = [
  [
    "epoc",
    /european (?:production|preservation) order|europäische (?:herausgabe|sicherungs)anordnung|\bEPOC\b/iu,
  ],
  ["subpoena", /\bsubpoena\b/iu],
  ["warrant", /\bwarrant\b|durchsuchungsbeschluss/iu],
  ["audit_mandate", /audit mandate|prüfungs(?:auftrag|anordnung)/iu],
  ["statutory_demand", /statutory demand|demand for information|auskunfts(?:verlangen|ersuchen)/iu],
  [
    "court_order",
    /court order|the court (?:orders|hereby)|order for disclosure|in case|beschluss|gerichtliche anordnung/iu,
  ],
];

/** Words of a court or an authority, as they are in its name. */
const ISSUER =
  /\b(?:court|tribunal|authority|office|ministry|commission|prosecutor|agency|board)\b|gericht|behörde|\bamt\b|anwaltschaft|ministerium|kammer/iu;
const NUMBER_LABEL =
  /(?:case(?: number| no\.?)?|file (?:number|no\.?)|in case|reference|aktenzeichen|geschäftszeichen|az\.?|gz\.?)\s*:?\s+/iu;
/** A file number: letters and digits around a year after a slash, such as 102 O 88/26 or MSO 7-2231/26. */
const NUMBER = /\b(?:\d{1,4}\s)?\p{Lu}\p{L}{0,5}\s\d[\d.-]{0,12}\/\d{2,4}\b/u;
const DATE = String.raw`(\d{4}-\d\d-\d\d|\d{1,2}\.\s?\d{1,2}\.\s?\d{4}|\d{1,2}\.?\s\p{L}{3,9}\.?\s\d{4})`;
const FROM = new RegExp(
  String.raw`(?:valid from|gültig (?:vom|ab|von)|with effect from|\bof)\s+(?:the\s+)?${DATE}|${DATE}\s(?:to|until|bis)\s`,
  "iu",
);
const UNTIL = new RegExp(
  String.raw`(?:valid until|valid through|gültig bis(?: zum)?|until|through|bis zum|bis|(?<=\d\s)to)\s+(?:the\s+)?${DATE}`,
  "iu",
);

const FIELD_WORDS: Readonly<Record<GroupName, RegExp>> = {
  amount: /\bamounts?\b|\bbetr[aä]ge?\b/iu,
  pricing: /\bpric(?:e|es|ing)\b|\bpreise?\b|preisgestaltung/iu,
  settlement_details: /settlement details|abwicklungs(?:daten|angaben)/iu,
  parties: /\bparties\b|\bparteien\b/iu,
  narrative: /\bnarratives?\b|verwendungszweck/iu,
  external_references: /external references|externe (?:referenzen|verweise)/iu,
};

/** The first page on which `find` finds a value. */
function first(pages: readonly Page[], find: (page: Page) => string | undefined): FoundFact | undefined {
  for (const page of pages) {
    const value = find(page);
    if (value !== undefined && value !== "") return { value, page: page.number };
  }
  return undefined;
}

const MAX_ISSUER = 120;

/** A line that is a name: short, without the end of a sentence. */
function issuerIn({ lines, text }: Page): string | undefined {
  const named = lines.find((line) => line.length <= MAX_ISSUER && ISSUER.test(line) && !/[.:;]$/u.test(line));
  // The line may go on with the number and the days of the order.
  if (named !== undefined) return named.replace(/,\s[^,]*(?:\/\d\d|\d{4}-\d\d-\d\d).*$/u, "").trim();
  // Each word ends with a space: a long word in capitals could otherwise be divided in countless ways.
  const said = /\bThe ((?:(?:\p{Lu}[\p{L}&-]*|of|for)\s){2,8})(?:requires|orders|demands|requests)/u.exec(
    text,
  )?.[1];
  return said !== undefined && ISSUER.test(said) ? said.trim() : undefined;
}

function numberIn({ text }: Page): string | undefined {
  const labelled = new RegExp(
    NUMBER_LABEL.source + String.raw`([\p{L}\p{N}][\p{L}\p{N} ./-]{1,40}\/\d{2,4})`,
    "iu",
  ).exec(text);
  return (labelled?.[1] ?? NUMBER.exec(text)?.[0])?.trim();
}

function dayIn(pattern: RegExp): (page: Page) => string | undefined {
  return ({ text }) => {
    const [, after, before] = pattern.exec(text) ?? [];
    const found = after ?? before;
    const day =
      found === undefined
        ? undefined
        : readDate(found.replace(/\.\s/gu, (gap) => (/\p{L}/u.test(found) ? gap : ".")));
    return day?.value.slice(0, 10);
  };
}

function kindIn({ text }: Page): string | undefined {
  return KINDS.find(([, words]) => words.test(text))?.[0];
}

type Places = readonly { readonly code: string; readonly name: string }[];

/** A country that the text names, or whose language names its own courts. */
function placeIn(places: Places): (page: Page) => string | undefined {
  return ({ text }) => {
    if (
      /amtsgericht|landgericht|oberlandesgericht|staatsanwaltschaft|bundesrepublik deutschland/iu.test(text)
    )
      return "DE";
    return places.find(
      ({ code, name }) =>
        code !== "EU" &&
        name.length > 3 &&
        new RegExp(String.raw`(?<!\p{L})${escaped(name)}(?!\p{L})`, "u").test(text),
    )?.code;
  };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`);

/** Reads the facts of an order from the lines of its pages. */
export function factsInText(pagesOfLines: readonly (readonly string[])[], places: Places): FoundInText {
  const pages = pagesOfLines.map((lines, index) => ({ number: index + 1, lines, text: lines.join(" ") }));
  const whole = pages.map(({ text }) => text).join(" ");
  const found: readonly (readonly [ReadableFact, FoundFact | undefined])[] = [
    ["kind", first(pages, kindIn)],
    ["issuer", first(pages, issuerIn)],
    ["caseNumber", first(pages, numberIn)],
    ["validFrom", first(pages, dayIn(FROM))],
    ["validUntil", first(pages, dayIn(UNTIL))],
    ["jurisdiction", first(pages, placeIn(places))],
  ];
  const fields = Object.entries(FIELD_WORDS).flatMap(([name, words]) => (words.test(whole) ? [name] : []));
  return {
    facts: Object.fromEntries(found.flatMap(([name, fact]) => (fact === undefined ? [] : [[name, fact]]))),
    ids: numbersIn(whole).ids,
    fields: fields as GroupName[],
  };
}
