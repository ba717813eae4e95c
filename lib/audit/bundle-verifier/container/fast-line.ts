import { MAX_ENTRY_BYTES } from "@/lib/audit/entry/entry";
import { ENTRY_CLASSES, ENTRY_OUTCOMES } from "@/lib/audit/entry/event";
import { FormatError } from "@/lib/crypto/format-error";
import { parseMicros } from "@/lib/crypto/instant";
import { MOST_LABEL } from "../claims/bundle-format";
import type { EntryFacts, ExportedLine, LinePart } from "./read-line";

// A fast reader for the most common lines of a log: one regular expression that is exactly the JCS text of the schema,
// for the common shapes. It accepts no line that `readLine` refuses and reads none differently (property test).
// `readLine` reads every other line.

const DIGEST = "[A-Za-z0-9_-]{43}";
const LABEL = "(?:org|[A-Za-z0-9_-]{10}[AEIMQUYcgkosw048])";
/** Printable ASCII that JSON does not escape. */
const PLAIN = String.raw`[ !#-\[\]-~]`;
const UUID7 = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
const DATE = "(?:19[7-9][0-9]|[2-9][0-9]{3})-[01][0-9]-[0-3][0-9]";
const TIME = String.raw`T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z`;
const SEALED = `\\{"c":"${LABEL}","d":"${DIGEST}"\\}`;
const ENVELOPE = `\\{"bd":"${DIGEST}","gen":(?:0|[1-9][0-9]{0,14}),"grp":"${PLAIN}{1,64}","rl":"${DIGEST}"\\}`;
const PART = `\\{"c":"${PLAIN}{0,${MOST_LABEL}}","key":"${DIGEST}","kind":"(?:org|case|subject|suspicion)","stored":"[A-Za-z0-9_-]*"\\}`;

function listOf(item: string): string {
  return `(?:${item}(?:,${item})*)?`;
}

/** Any subset of the members in this order, with commas between. */
function membersOf(members: readonly string[]): string {
  const choices = members.map((member, at) => {
    const rest = members.slice(at + 1).map((next) => `(?:,${next})?`);
    return `${member}${rest.join("")}`;
  });
  return `(?:${choices.join("|")})?`;
}

const PUB = `"pub":\\{${membersOf([
  `"envelopes":\\[${ENVELOPE}\\]`,
  `"meta":"${DIGEST}"`,
  `"policy":"${DIGEST}"`,
  `"rd":"${DIGEST}"`,
  `"thumbprint":"${DIGEST}"`,
])}\\},`;

function linePattern(log: string): RegExp {
  const origin = log.replaceAll(/[^A-Za-z0-9 _]/g, String.raw`\$&`);
  const entry = [
    `\\{"at":"((${DATE})${TIME})","class":"(${ENTRY_CLASSES.join("|")})","id":"(${UUID7})","log":"${origin}",`,
    `"outcome":"(${ENTRY_OUTCOMES.join("|")})",(?:${PUB})?"sealed":\\[(${listOf(SEALED)})\\],`,
    `"tenant":"${PLAIN}{1,64}","v":1\\}`,
  ].join("");
  const line = `\\{"entry":(${entry}),"leaf":"(${DIGEST})","parts":\\[(${listOf(PART)})\\],"seq":(0|[1-9][0-9]{0,14})\\}\\n`;
  return new RegExp(line, "y");
}

const SEALED_ITEM = new RegExp(`\\{"c":"(${LABEL})","d":"(${DIGEST})"\\},?`, "y");
const PART_ITEM = new RegExp(
  `\\{"c":"(${PLAIN}{0,${MOST_LABEL}})","key":"(${DIGEST})","kind":"(org|case|subject|suspicion)","stored":"([A-Za-z0-9_-]*)"\\},?`,
  "y",
);
const ENTRY_AT = '{"entry":'.length;

function sealedOf(text: string): EntryFacts["sealed"] | undefined {
  const sealed: { c: string; d: string }[] = [];
  SEALED_ITEM.lastIndex = 0;
  let before = "";
  while (SEALED_ITEM.lastIndex < text.length) {
    const [, c = "", d = ""] = SEALED_ITEM.exec(text) ?? [];
    if (c <= before) return undefined;
    before = c;
    sealed.push({ c, d });
  }
  return sealed;
}

function partsOf(text: string): LinePart[] {
  const parts: LinePart[] = [];
  PART_ITEM.lastIndex = 0;
  while (PART_ITEM.lastIndex < text.length) {
    const [, c = "", key, kind = "", stored = ""] = PART_ITEM.exec(text) ?? [];
    if (c === "" && kind === "") break;
    parts.push({ c, key, kind, stored });
  }
  return parts;
}

/** The line that was read, and the position of the next one in the text. */
export interface FastLine {
  readonly line: ExportedLine;
  readonly end: number;
}

/** Reads ASCII lines of one log. Undefined means that the slow reader must read the line. */
export type FastReader = (text: string, bytes: Uint8Array, at: number) => FastLine | undefined;

/** Returns the fast reader of a log's lines. `bytes` are those of `text`, which is ASCII. */
export function fastReader(log: string): FastReader {
  if (!new RegExp(`^${PLAIN}{1,255}$`).test(log)) return () => undefined;
  const pattern = linePattern(log);
  let knownDate = "";
  const isDate = (date: string): boolean => {
    if (date === knownDate) return true;
    if (!isDay(date)) return false;
    knownDate = date;
    return true;
  };
  return (text, bytes, at) => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) return undefined;
    const [, entry = "", time = "", date = "", of = "", id = "", outcome = "", sealedText = ""] = match;
    const sealed = sealedOf(sealedText);
    if (sealed === undefined || entry.length > MAX_ENTRY_BYTES || !isDate(date)) return undefined;
    const start = at + ENTRY_AT;
    const line: ExportedLine = {
      seq: Number(match[10]),
      leaf: match[8] ?? "",
      parts: partsOf(match[9] ?? ""),
      bytes: bytes.subarray(start, start + entry.length),
      entry: { id, at: time, log, class: of, outcome, sealed, prune: undefined, recovery: undefined },
    };
    return { line, end: pattern.lastIndex };
  };
}

function isDay(date: string): boolean {
  try {
    return parseMicros(`${date}T00:00:00.000000Z`) >= 0n;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}
