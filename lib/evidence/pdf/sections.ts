import "server-only";
import { encode } from "uqr";
import { checkEntry } from "@/lib/audit/bundle-verifier/evidence/check-entries";
import { type EvidenceStatement, evidenceCode } from "@/lib/audit/bundle-verifier/evidence/evidence-format";
import { entryLeaf } from "@/lib/audit/entry/entry";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { ACCENT, INK, INK_2, LEFT, RIGHT, type Sheet, WIDTH } from "@/lib/evidence/pdf/sheet";
import { drawGroup } from "@/lib/evidence/pdf/values";
import { type EvidenceLanguage, type EvidenceWords, orderName } from "@/lib/evidence/pdf/words";
import { formatTime, lastDayOf, shortDigest } from "@/lib/format";

/** What every section is drawn from. */
export interface Drawing {
  readonly sheet: Sheet;
  readonly statement: EvidenceStatement;
  readonly words: EvidenceWords;
  readonly language: EvidenceLanguage;
  /** Address of the page that verifies the file. */
  readonly verifyAt: string;
}

type Row = readonly [label: string, value: string];

const UTC = { timeZone: "UTC" } as const;

function dayOf({ language }: Drawing, instant: string): string {
  return formatTime(new Date(instant), { ...UTC, locale: language, form: "day" });
}

function momentOf({ language }: Drawing, instant: string): string {
  return formatTime(new Date(instant), { ...UTC, locale: language, form: "full" });
}

/** A last day as it was typed; another end with its time. */
function endOf(drawing: Drawing, instant: string): string {
  const last = lastDayOf(instant);
  return last === undefined ? momentOf(drawing, instant) : dayOf(drawing, last.toISOString());
}

function drawQr({ sheet, statement, verifyAt }: Drawing): void {
  const { data, size } = encode(`${verifyAt}#${statement.reference}.${evidenceCode(statement)}`, {
    border: 0,
  });
  const side = 68;
  const unit = side / size;
  const [x, y] = [RIGHT - side, 27];
  sheet.doc.fillColor(INK);
  for (const [row, modules] of data.entries())
    for (const [column, isDark] of modules.entries())
      if (isDark) sheet.doc.rect(x + column * unit, y + row * unit, unit * 1.02, unit * 1.02);
  sheet.doc.fill();
}

function drawMark({ sheet: { doc } }: Drawing): void {
  doc
    .lineWidth(2.6)
    .strokeColor(ACCENT)
    .circle(LEFT + 7, 34, 5.6)
    .stroke();
  doc
    .fillColor(ACCENT)
    .moveTo(LEFT + 7, 30.6)
    .arc(LEFT + 7, 34, 3.4, Math.PI / 2, (3 * Math.PI) / 2)
    .fill();
}

/** The head of the first page: what the file is, and its reference. */
export function drawHead(drawing: Drawing): void {
  const { sheet, statement, words } = drawing;
  const { made_by: maker, authority, records } = statement;
  drawMark(drawing);
  sheet.put("Sealport", LEFT + 21, 28, { face: "semibold", size: 11 });
  drawQr(drawing);
  sheet.putRight(statement.reference, RIGHT, 103, { face: "semibold", size: 10 });
  const code = evidenceCode(statement);
  const codeWidth = sheet.widthOf(code, { face: "mono", size: 8.6 });
  sheet.putRight(code, RIGHT, 117, { face: "mono", size: 8.6 });
  sheet.putRight(words.code, RIGHT - codeWidth - 4, 117, { size: 8.6, color: INK_2 });
  sheet.put(words.title, LEFT, 58, { face: "semibold", size: 18 });
  const order = orderName(words, authority);
  const opened = records[0]?.opened.at ?? statement.made_at;
  const under = order === "" ? (authority.grant === undefined ? words.asParty : ".") : words.under(order);
  const lead = words.shown(maker.name, maker.organisation, dayOf(drawing, opened)) + under;
  sheet.y = 82 + sheet.block(lead, LEFT, 82, 370, { size: 10.4, color: INK_2 });
  sheet.y = Math.max(sheet.y, 130) + 10;
  if (records.some((one) => one.opened.assurance === "evaluation")) {
    sheet.put(words.evaluation, LEFT, sheet.y, { face: "medium", size: 8.6, color: "#7d5200" });
    sheet.y += 16;
  }
}

function drawTitle({ sheet }: Drawing, number: number, title: string, note: string, room: number): void {
  sheet.need(room);
  sheet.put(String(number), LEFT, sheet.y, { size: 9.8, color: INK_2 });
  sheet.put(title, LEFT + 13, sheet.y, { face: "semibold", size: 9.8 });
  sheet.putRight(note, RIGHT, sheet.y, { size: 8.6, color: INK_2 });
  sheet.rule(sheet.y + 15, INK, 0.9);
  sheet.y += 24;
}

/** Section 1: the values of each record. */
export function drawValues(drawing: Drawing): void {
  const { sheet, statement, words } = drawing;
  for (const [index, record] of statement.records.entries()) {
    const note = words.job(record.job_id, dayOf(drawing, record.created_at), record.participants.join(", "));
    const lines = sheet.wrap(note, WIDTH - 20, { size: 8.6 });
    if (index === 0) drawTitle(drawing, 1, words.opened, "", 90);
    else sheet.need(80);
    for (const line of lines) {
      sheet.put(line, LEFT, sheet.y - 2, { size: 8.6, color: INK_2 });
      sheet.y += 12;
    }
    sheet.y += 4;
    for (const group of record.groups) drawGroup(sheet, group, words);
  }
  sheet.y += 8;
}

/** Rows in two columns, as label and value; the left column is filled first. */
function drawFacts({ sheet }: Drawing, columns: readonly (readonly Row[])[]): void {
  const width = columns.length === 1 ? 370 : 158;
  const heights = columns.map((rows, column) => {
    const x = LEFT + column * 269;
    let y = sheet.y;
    for (const [label, value] of rows) {
      const labelHeight = sheet.block(label, x, y, 94, { size: 8.8, color: INK_2 });
      y += Math.max(labelHeight, sheet.block(value, x + 99, y, width, { size: 8.8 })) + 5;
    }
    return y - sheet.y;
  });
  sheet.y += Math.max(...heights) + 8;
}

function present(rows: readonly (readonly [string, string | undefined])[]): Row[] {
  return rows.flatMap(([label, value]) =>
    value === undefined || value === "" ? [] : [[label, value] as const],
  );
}

/** Section 2: the order, who decided, the purpose and the rules. */
export function drawAuthority(drawing: Drawing): void {
  const { statement, words } = drawing;
  const { authority: of } = statement;
  const { labels } = words;
  const until = of.valid_until === undefined ? "" : endOf(drawing, of.valid_until);
  const valid = of.valid_from === undefined ? undefined : `${dayOf(drawing, of.valid_from)} – ${until}`;
  const deciders = of.decided_by.map(({ name, organisation, stage }) => {
    const where = words.stages[stage] ?? stage;
    return `${name}, ${organisation} (${where})`;
  });
  drawTitle(drawing, 2, words.authority, "", 110);
  drawFacts(drawing, [
    present([
      [labels.order, orderName(words, of)],
      [labels.issuer, of.issuer],
      [labels.valid, valid],
      [labels.party, of.participant],
      [labels.purpose, words.purposes[of.purpose]],
    ]),
    present([
      [labels.agreed, deciders.join("\n")],
      [labels.access, of.grant],
      [labels.policy, shortDigest(of.policy)],
    ]),
  ]);
}

/** Section 3: who opened the fields, how they proved it, and when. */
export function drawWho(drawing: Drawing): void {
  const { statement, words } = drawing;
  const { made_by: maker, records, made_at } = statement;
  const { labels } = words;
  const [first] = records;
  const times = [...new Set(records.map(({ opened }) => momentOf(drawing, opened.at)))];
  drawTitle(drawing, 3, words.who, labels.times, 80);
  drawFacts(drawing, [
    present([
      [labels.openedBy, maker.name],
      [labels.organisation, maker.organisation],
      [labels.signedWith, first === undefined ? undefined : words.signed[first.opened.signed_with]],
    ]),
    present([
      [labels.opened, times.join("\n")],
      [labels.made, momentOf(drawing, made_at)],
    ]),
  ]);
}

function proofRows({ statement, words }: Drawing): Row[] {
  const { labels } = words;
  return statement.records.flatMap((record) => {
    const given = statement.entries.find(({ id }) => id === record.opened.entry);
    if (given === undefined) return [];
    const check = checkEntry(given, statement.keys);
    const witnesses = check.is === "proven" ? check.witnesses.map((key) => key.split("+")[0] ?? key) : [];
    const place =
      check.is === "proven"
        ? words.of(String(check.seq + 1), String(check.size))
        : words.promised(check.is === "promised" ? check.by : "");
    const root = given.proof?.slice(given.proof.indexOf("\n\n") + 2).split("\n")[2];
    return present([
      [labels.entry, place],
      [labels.leaf, toBase64url(entryLeaf(fromBase64url(given.entry)))],
      [labels.root, root],
      [labels.witnesses, check.is === "proven" ? witnesses.join(", ") || words.noWitness : undefined],
    ]);
  });
}

/** Section 4: where the log proves the openings. */
export function drawProof(drawing: Drawing): void {
  const { statement, words } = drawing;
  drawTitle(drawing, 4, words.proof, words.attached, 120);
  drawFacts(drawing, [
    [[words.labels.log, statement.log], ...proofRows(drawing), [words.labels.values, words.valuesMatch]],
  ]);
}

/** Section 5: how to check the file, and what it does not show. */
export function drawChecks(drawing: Drawing): void {
  const { sheet, words, verifyAt } = drawing;
  drawTitle(drawing, 5, words.check, "", 110);
  const columns = [
    [words.withPortal, words.withPortalText(verifyAt)],
    [words.withoutUs, words.withoutUsText],
    [words.not, words.notText],
  ] as const;
  const heights = columns.map(([title, text], column) => {
    const x = LEFT + column * 176;
    sheet.put(title, x, sheet.y, { face: "medium", size: 8.8 });
    return 13 + sheet.block(text, x, sheet.y + 13, 160, { size: 8.6, color: INK_2 });
  });
  sheet.y += Math.max(...heights) + 6;
  if (sheet.hasEscaped) {
    sheet.need(14);
    sheet.put(words.escaped, LEFT, sheet.y, { size: 7.8, color: INK_2 });
  }
}

/** The foot of each page: for whom the file is, how long it is under seal, and its number. */
export function drawFeet(drawing: Drawing): number {
  const { sheet, statement, words } = drawing;
  const { count } = sheet.doc.bufferedPageRange();
  const { made_by: maker, authority } = statement;
  const sealed = authority.sealed_until;
  const middle =
    (sealed === undefined ? "" : words.footSealed(endOf(drawing, sealed))) +
    words.footFor(maker.name, maker.organisation);
  for (let page = 0; page < count; page += 1) {
    sheet.doc.switchToPage(page);
    sheet.rule(805);
    sheet.put(statement.reference, LEFT, 813, { face: "medium", size: 8.2, color: INK_2 });
    const [line = ""] = sheet.wrap(middle, 330, { size: 8.2 });
    sheet.put(line, LEFT + (WIDTH - sheet.widthOf(line, { size: 8.2 })) / 2, 813, {
      size: 8.2,
      color: INK_2,
    });
    sheet.putRight(words.page(page + 1, count), RIGHT, 813, { size: 8.2, color: INK_2 });
  }
  return count;
}
