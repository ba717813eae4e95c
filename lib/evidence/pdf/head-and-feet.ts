import "server-only";
import { encode } from "uqr";
import { evidenceCode } from "@/lib/audit/bundle-verifier/evidence/evidence-format";
import { type Drawing, dayOf, endOf } from "@/lib/evidence/pdf/drawing";
import { ACCENT, INK, INK_2, LEFT, RIGHT, WIDTH } from "@/lib/evidence/pdf/sheet";
import { orderName } from "@/lib/evidence/pdf/words";

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
    .path(`M${LEFT + 7} 30.6A3.4 3.4 0 0 0 ${LEFT + 7} 37.4Z`)
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
