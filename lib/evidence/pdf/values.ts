import "server-only";
import { setImmediate as turn } from "node:timers/promises";
import type { EvidenceGroup } from "@/lib/audit/bundle-verifier/evidence/evidence-format";
import type { Json } from "@/lib/crypto/json/canonical-json";
import type { Drawing } from "@/lib/evidence/pdf/drawing";
import {
  ACCENT,
  ACCENT_LINE,
  ACCENT_WASH,
  guilloche,
  hatch,
  INK,
  INK_2,
  LEFT,
  RIGHT,
  type Sheet,
} from "@/lib/evidence/pdf/sheet";
import type { EvidenceLanguage, EvidenceWords } from "@/lib/evidence/pdf/words";
import { formatDecimal } from "@/lib/format";

const BOX_LEFT = LEFT + 99;
const BOX_WIDTH = RIGHT - BOX_LEFT;
const PADDING = 9;
const STATE_WIDTH = 74;
const NAME_WIDTH = 96;
const LINE_HEIGHT = 13.5;

/** One line of a box: a name in the first line of a value, and a piece of its text. */
interface BoxLine {
  readonly name: string;
  readonly text: string;
}

function textOf(value: Json): string {
  if (typeof value === "string") return value;
  return typeof value === "object" && value !== null ? "" : JSON.stringify(value);
}

/** All single values below a value, each with its path. An empty object or list is a value too. */
function leaves(path: string, value: Json): (readonly [path: string, text: string])[] {
  if (typeof value !== "object" || value === null) return [[path, textOf(value)]];
  const members = Array.isArray(value)
    ? value.map((member, at): [string, Json] => [String(at + 1), member])
    : Object.entries(value);
  if (members.length === 0) return [[path, Array.isArray(value) ? "[]" : "{}"]];
  return members.flatMap(([name, member]) => leaves(path === "" ? name : `${path}.${name}`, member));
}

/** A number with decimals, as on the pages: one without may be a year or an id. */
const FRACTION = /^-?\d+\.\d+$/;

/** A figure of an amount or a price as the file's language writes it, so that 1.250 is never one thing here and another there. */
function figureOf(group: EvidenceGroup["group"], text: string, language: EvidenceLanguage): string {
  const isFigure = group === "amount" || (group === "pricing" && FRACTION.test(text));
  return isFigure ? formatDecimal(text, language) : text;
}

/** The values of a group as lines. A group of one value needs no name. The attached data has amounts as they were sent. */
function linesOf(sheet: Sheet, { group, fields = {} }: EvidenceGroup, language: EvidenceLanguage): BoxLine[] {
  const { amount, currency } = fields;
  if (group === "amount" && typeof amount === "string" && typeof currency === "string")
    return [{ name: "", text: `${figureOf(group, amount, language)} ${currency}` }];
  const found = Object.entries(fields).flatMap(([name, value]) => leaves(name === group ? "" : name, value));
  const width = BOX_WIDTH - 2 * PADDING - STATE_WIDTH;
  return found.flatMap(([name, sent]) => {
    const text = figureOf(group, sent, language);
    const names = name === "" ? [""] : sheet.wrap(name, NAME_WIDTH - 6, { size: 8.2 });
    const texts = sheet.wrap(text, name === "" ? width : width - NAME_WIDTH);
    return Array.from({ length: Math.max(names.length, texts.length) }, (_, at) => ({
      name: names[at] ?? "",
      text: texts[at] ?? "",
    }));
  });
}

function frame(sheet: Sheet, shown: EvidenceGroup["shown"], y: number, height: number): void {
  const { doc } = sheet;
  if (shown === "full") {
    // The double rule of a certificate.
    doc.lineWidth(0.8).strokeColor(ACCENT).rect(BOX_LEFT, y, BOX_WIDTH, height).stroke();
    doc.rect(BOX_LEFT + 2.2, y + 2.2, BOX_WIDTH - 4.4, height - 4.4).stroke();
    return;
  }
  if (shown === "masked") hatch(doc, BOX_LEFT, y, BOX_WIDTH, height);
  doc.lineWidth(0.6).strokeColor(ACCENT_LINE).rect(BOX_LEFT, y, BOX_WIDTH, height).stroke();
  if (shown === "masked")
    doc
      .rect(BOX_LEFT + 5, y + 4, BOX_WIDTH - 10, height - 8)
      .fillColor("#ffffff")
      .fill();
}

function glyph(sheet: Sheet, shown: EvidenceGroup["shown"], x: number, y: number): void {
  const { doc } = sheet;
  doc.lineWidth(1).strokeColor(ACCENT).circle(x, y, 3.6).stroke();
  if (shown === "full") doc.lineWidth(0.7).circle(x, y, 1.7).stroke();
  else if (shown === "sealed") doc.fillColor(ACCENT).circle(x, y, 2.1).fill();
  else if (shown === "masked")
    doc
      .fillColor(ACCENT)
      .rect(x - 2, y - 2, 2, 4)
      .fill();
}

function stateWord(sheet: Sheet, shown: EvidenceGroup["shown"], words: EvidenceWords, y: number): void {
  const style = { size: 8.6, color: ACCENT } as const;
  const x = RIGHT - PADDING - sheet.widthOf(words.state[shown], style);
  glyph(sheet, shown, x - 9, y + 5.2);
  sheet.put(words.state[shown], x, y, style);
}

/** A group that the access does not cover: no value, and no sign of its length. */
function drawSealed(sheet: Sheet, label: string, words: EvidenceWords): void {
  const height = 27;
  sheet.need(height + 10);
  const { doc, y } = sheet;
  sheet.put(label, LEFT, y + 8, { face: "medium" });
  doc.rect(BOX_LEFT, y, BOX_WIDTH, height).fillColor(ACCENT_WASH).fill();
  guilloche(doc, BOX_LEFT, y, BOX_WIDTH, height);
  const text = words.notIncluded;
  const bold = `${words.state.sealed}. `;
  const width =
    sheet.widthOf(bold, { face: "semibold", size: 8.6 }) + sheet.widthOf(text, { size: 8.6 }) + 28;
  doc
    .rect(BOX_LEFT + 6, y + 5, width, height - 10)
    .fillColor("#ffffff")
    .fill();
  glyph(sheet, "sealed", BOX_LEFT + 15, y + height / 2);
  sheet.put(bold, BOX_LEFT + 23, y + 8, { face: "semibold", size: 8.6 });
  const after = BOX_LEFT + 23 + sheet.widthOf(bold, { face: "semibold", size: 8.6 });
  sheet.put(text, after, y + 8, { size: 8.6 });
  sheet.y += height + 10;
}

const NOTES = { masked: "formOnly", plain: "notProved" } as const;

/** So many lines are drawn in one turn: a line takes a millisecond or two, and other calls must not wait for a long file. */
const LINES_A_TURN = 8;

/** One part of a box that fits the page. Returns the lines that are left. */
async function drawPart(
  sheet: Sheet,
  group: EvidenceGroup,
  lines: readonly BoxLine[],
  words: EvidenceWords,
): Promise<readonly BoxLine[]> {
  const isLarge = group.shown === "full" && lines.length === 1 && lines[0]?.name === "";
  sheet.need(34);
  const room = Math.max(1, Math.floor((sheet.left - 2 * PADDING - 12) / LINE_HEIGHT));
  const here = lines.slice(0, room);
  const height = Math.max(28, here.length * LINE_HEIGHT + 2 * PADDING - 2);
  const { y } = sheet;
  frame(sheet, group.shown, y, height);
  const hasNames = lines.some((line) => line.name !== "");
  for (const [index, { name, text }] of here.entries()) {
    if (index % LINES_A_TURN === 0) await turn();
    const at = y + PADDING + index * LINE_HEIGHT;
    if (name !== "") sheet.put(name, BOX_LEFT + PADDING, at, { size: 8.2, color: INK_2 });
    const x = BOX_LEFT + PADDING + (hasNames ? NAME_WIDTH : 0);
    sheet.put(text, x, isLarge ? y + 7 : at, {
      face: hasNames ? "medium" : "regular",
      size: isLarge ? 11.5 : 9.2,
      color: INK,
    });
  }
  stateWord(sheet, group.shown, words, y + 9);
  sheet.y += height + 4;
  return lines.slice(here.length);
}

/** What stays readable of a group when a record's lines are used up. */
const LEAST_LINES = 3;

/**
 * Draws one group of fields as the person was shown it, in `room` lines at most, and returns how many it took. A party
 * chooses how long its values are, so a longer group is cut and says so; the attached data has all of it.
 */
export async function drawGroup(
  { sheet, words, language }: Pick<Drawing, "sheet" | "words" | "language">,
  group: EvidenceGroup,
  room: number,
): Promise<number> {
  const label = words.fields[group.group];
  if (group.shown === "sealed") {
    drawSealed(sheet, label, words);
    return 1;
  }
  const all: readonly BoxLine[] = linesOf(sheet, group, language);
  const shown = all.slice(0, Math.max(LEAST_LINES, room));
  let left: readonly BoxLine[] = shown;
  do {
    sheet.need(46);
    for (const [index, line] of sheet.wrap(label, 92, { face: "medium" }).entries())
      sheet.put(line, LEFT, sheet.y + 9 + index * 12, { face: "medium" });
    left = await drawPart(sheet, group, left, words);
  } while (left.length > 0);
  const notes = [
    ...(shown.length < all.length ? [words.cut(all.length - shown.length)] : []),
    ...(group.shown === "full" ? [] : [words[NOTES[group.shown]]]),
  ];
  for (const note of notes) {
    sheet.put(note, BOX_LEFT, sheet.y, { size: 7.8, color: INK_2 });
    sheet.y += 11;
  }
  sheet.y += 6;
  return shown.length;
}
