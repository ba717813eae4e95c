import { utf8 } from "@/lib/crypto/bytes";

/** The facts of a demonstration order. */
export interface OrderText {
  readonly title: string;
  readonly lines: readonly string[];
}

/** A PDF string in WinAnsiEncoding, which is Latin-1 in these two ranges; letters beyond ASCII as octal escapes. */
function escapePdf(text: string): string {
  return text
    .normalize("NFC")
    .replace(/[\\()]/g, (character) => `\\${character}`)
    .replace(/[^\x20-\x7e\xa0-\xff]/gu, "?")
    .replace(/[\xa0-\xff]/g, (character) => `\\${character.charCodeAt(0).toString(8)}`);
}

function pageContent({ title, lines }: OrderText): string {
  const body = lines.map((line) => `0 -20 Td (${escapePdf(line)}) Tj`).join("\n");
  return `BT /F1 16 Tf 60 770 Td (${escapePdf(title)}) Tj /F1 11 Tf 0 -16 Td\n${body}\nET`;
}

/**
 * Returns a one-page PDF 1.4 of Latin-1 text, written in ASCII, enough for a paper order without a digital signature.
 */
export function makeOrderPdf(order: OrderText): Uint8Array {
  const content = pageContent(order);
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>",
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
  ];
  let text = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const offset = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = text.length;
  const entries = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}`;
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return utf8(text);
}
