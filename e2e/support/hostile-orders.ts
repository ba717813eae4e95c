import { crc32, deflateSync } from "node:zlib";

// Documents that show something else than they contain. Each is small and has a form that the portal accepts.

/** Returns a PDF of these objects, the first of which is the catalog; content in Latin-1. */
function pdfOf(objects: readonly string[]): Buffer {
  let text = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const offset = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, "0")} 00000 n \n`;
  });
  const start = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join("")}`;
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(text, "latin1");
}

const CATALOG = "<< /Type /Catalog /Pages 2 0 R >>";
const FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";
const stream = (dictionary: string, content: string): string =>
  `<< ${dictionary} /Length ${content.length} >>\nstream\n${content}\nendstream`;
const page = (resources: string, contents: number): string =>
  `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << ${resources} >> /Contents ${contents} 0 R >>`;

export interface HiddenFacts {
  readonly shown: string;
  /** Drawn with text render mode 3, so it is invisible. */
  readonly unpainted: string;
  readonly white: string;
  /** Below the page's lower edge. */
  readonly offPage: string;
}

/** Returns a page whose text has four values. Only one is visible, and another number is shown in place of the others. */
export function orderWithHiddenFacts({ shown, unpainted, white, offPage }: HiddenFacts): Buffer {
  const content = [
    `BT /F1 11 Tf 60 770 Td (Issued by ${shown}.) Tj ET`,
    "BT /F1 11 Tf 60 740 Td (Case MSO 9-9999999/26, of 1 May 2020, in force until 2 May 2020) Tj ET",
    `BT /F1 11 Tf 3 Tr 60 600 Td (${unpainted}) Tj ET`,
    `BT /F1 11 Tf 0 Tr 1 1 1 rg 60 500 Td (${white}) Tj ET`,
    `BT /F1 11 Tf 0 g 60 -40 Td (${offPage}) Tj ET`,
  ].join("\n");
  return pdfOf([
    CATALOG,
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    page("/Font << /F1 5 0 R >>", 4),
    stream("", content),
    FONT,
  ]);
}

/** Returns two pages, with a branch of a hundred million pages between them that no reader ever fetches. */
export function orderOfMillionPages(): Buffer {
  return pdfOf([
    CATALOG,
    "<< /Type /Pages /Kids [3 0 R 5 0 R 6 0 R] /Count 100000002 >>",
    page("", 4),
    stream("", " "),
    "<< /Type /Pages /Parent 2 0 R /Kids [] /Count 100000000 >>",
    page("", 4),
  ]);
}

/** Returns this many blank pages. */
export function orderOfPages(count: number): Buffer {
  const kids = Array.from({ length: count }, (_, index) => `${index + 4} 0 R`);
  return pdfOf([
    CATALOG,
    `<< /Type /Pages /Kids [${kids.join(" ")}] /Count ${count} >>`,
    stream("", " "),
    ...kids.map(() => page("", 3)),
  ]);
}

/** Returns one line of text and one black-and-white image of `side` x `side`. With 30,000 the file has 110 kB, and 3.6 GB when drawn. */
export function orderWithImage(side: number): Buffer {
  const pixels = deflateSync(Buffer.alloc(Math.ceil(side / 8) * side), { level: 9 }).toString("latin1");
  const image = `/Type /XObject /Subtype /Image /Width ${side} /Height ${side} /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /FlateDecode`;
  const content = "BT /F1 11 Tf 60 770 Td (See the scan below.) Tj ET\nq 400 0 0 400 60 200 cm /I1 Do Q";
  return pdfOf([
    CATALOG,
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    page("/Font << /F1 5 0 R >> /XObject << /I1 6 0 R >>", 4),
    stream("", content),
    FONT,
    stream(image, pixels),
  ]);
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), body]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

/** Returns a valid black-and-white PNG of `side` x `side`. */
export function imageOf(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1;
  const rows = deflateSync(Buffer.alloc((Math.ceil(side / 8) + 1) * side), { level: 9 });
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", rows),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
