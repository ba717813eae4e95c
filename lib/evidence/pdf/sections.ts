import "server-only";
import { checkEntry } from "@/lib/audit/bundle-verifier/evidence/check-entries";
import { entryLeaf } from "@/lib/audit/entry/entry";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { type Drawing, dayOf, endOf, momentOf } from "@/lib/evidence/pdf/drawing";
import { ACCENT, type Face, INK, INK_2, LEFT, LINE, RIGHT, WIDTH } from "@/lib/evidence/pdf/sheet";
import { drawGroup } from "@/lib/evidence/pdf/values";
import { orderName } from "@/lib/evidence/pdf/words";
import { shortDigest } from "@/lib/format";

type Row = readonly [label: string, value: string, face?: Face];

function drawTitle({ sheet }: Drawing, number: number, title: string, note: string, room: number): void {
  sheet.need(room);
  sheet.put(String(number), LEFT, sheet.y, { size: 9.8, color: INK_2 });
  sheet.put(title, LEFT + 13, sheet.y, { face: "semibold", size: 9.8 });
  sheet.putRight(note, RIGHT, sheet.y, { size: 8.6, color: INK_2 });
  sheet.rule(sheet.y + 15, INK, 0.9);
  sheet.y += 24;
}

/** How many lines of values one file has at most, about 40 pages. The records share them evenly. */
const MOST_LINES = 2_000;

/** Section 1: the values of each record. */
export async function drawValues(drawing: Drawing): Promise<void> {
  const { sheet, statement, words } = drawing;
  const ofRecord = Math.floor(MOST_LINES / statement.records.length);
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
    let room = ofRecord;
    for (const group of record.groups) room -= await drawGroup(drawing, group, room);
  }
  sheet.y += 4;
}

/** Rows in two columns, as label and value; the left column is filled first. */
function drawFacts({ sheet }: Drawing, columns: readonly (readonly Row[])[]): void {
  const width = columns.length === 1 ? 330 : 143;
  const heights = columns.map((rows, column) => {
    const x = LEFT + column * 269;
    let y = sheet.y;
    for (const [label, value, face = "regular"] of rows) {
      const labelHeight = sheet.block(label, x, y, 94, { size: 8.8, color: INK_2 });
      y +=
        Math.max(
          labelHeight,
          sheet.block(value, x + 99, y, width, { size: face === "mono" ? 8.2 : 8.8, face }),
        ) + 3.6;
    }
    return y - sheet.y;
  });
  sheet.y += Math.max(...heights) + 4;
}

function present(rows: readonly (readonly [string, string | undefined, Face?])[]): Row[] {
  return rows.flatMap(([label, value, face]): Row[] =>
    value === undefined || value === "" ? [] : [face === undefined ? [label, value] : [label, value, face]],
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
    return `${name}, ${where}\n${organisation}`;
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
      [labels.policy, shortDigest(of.policy), "mono"],
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
      [labels.leaf, toBase64url(entryLeaf(fromBase64url(given.entry))), "mono"],
      [labels.root, root, "mono"],
      [labels.witnesses, check.is === "proven" ? witnesses.join(", ") || words.noWitness : undefined],
    ]);
  });
}

/** Draws the path from the entry up to the signed root. */
function drawTree({ sheet, words }: Drawing, seq: string): void {
  const { doc, y } = sheet;
  const [root, fork, side, low, leaf] = [
    [459, 6],
    [478, 29],
    [517, 45],
    [450, 46],
    [468, 66],
  ].map(([x = 0, down = 0]) => ({ x, y: y + down }));
  if (!root || !fork || !side || !low || !leaf) return;
  const line = (from: typeof root, to: typeof root, color: string, weight: number) =>
    doc.moveTo(from.x, from.y).lineTo(to.x, to.y).lineWidth(weight).strokeColor(color).stroke();
  line(root, { x: 421, y: y + 28 }, LINE, 0.6);
  line(fork, side, LINE, 0.6);
  line(low, { x: 419, y: y + 66 }, LINE, 0.6);
  line(root, fork, ACCENT, 1);
  line(fork, low, ACCENT, 1);
  line(low, leaf, ACCENT, 1);
  for (const other of [{ x: 421, y: y + 28 }, side, { x: 419, y: y + 66 }])
    doc.circle(other.x, other.y, 2.4).lineWidth(0.6).fillAndStroke("#ffffff", INK_2);
  for (const [one, size] of [
    [root, 4.4],
    [fork, 2],
    [low, 2],
    [leaf, 3.6],
  ] as const)
    doc.circle(one.x, one.y, size).fillColor(ACCENT).fill();
  doc.circle(root.x, root.y, 6.2).lineWidth(0.7).strokeColor(ACCENT).stroke();
  sheet.put(words.root, root.x + 11, root.y - 5, { face: "medium", size: 8 });
  sheet.put(words.entryMark(seq), leaf.x + 9, leaf.y - 5, { face: "medium", size: 8 });
}

/** Section 4: where the log proves the openings. */
export function drawProof(drawing: Drawing): void {
  const { statement, words } = drawing;
  drawTitle(drawing, 4, words.proof, words.attached, 120);
  const [first] = statement.records;
  const given = statement.entries.find(({ id }) => id === first?.opened.entry);
  const check = given === undefined ? undefined : checkEntry(given, statement.keys);
  if (check?.is === "proven") drawTree(drawing, String(check.seq + 1));
  drawFacts(drawing, [
    [[words.labels.log, statement.log], ...proofRows(drawing), [words.labels.values, words.valuesMatch]],
  ]);
}

/** Section 5: how to check the file, and what it does not show. */
export function drawChecks(drawing: Drawing): void {
  const { sheet, words, verifyAt } = drawing;
  drawTitle(drawing, 5, words.check, "", 96);
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
