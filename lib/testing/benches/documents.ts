import { crc32, deflateSync } from "node:zlib";

// Small documents of every accepted type, and deceptive variants of them. Tests only.

const text = (value: string): Buffer => Buffer.from(value, "latin1");

/** Returns a PDF of exactly this many bytes; a comment between its objects fills the rest. */
export function pdfOf(bytes: number): Buffer {
  const head = text("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%");
  const tail = text("\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n");
  return Buffer.concat([head, Buffer.alloc(bytes - head.length - tail.length, "pad "), tail]);
}

export const PDF = pdfOf(120);

function chunk(type: string, content: Buffer): Buffer {
  const framed = Buffer.alloc(12 + content.length);
  framed.writeUInt32BE(content.length, 0);
  framed.write(type, 4, "latin1");
  content.copy(framed, 8);
  framed.writeUInt32BE(crc32(framed.subarray(4, 8 + content.length)), 8 + content.length);
  return framed;
}

/** Returns an image of one pixel, with these text chunks. */
export function pngWith(...texts: readonly string[]): Buffer {
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    ...texts.map((value) => chunk("tEXt", text(`Comment\0${value}`))),
    chunk("IDAT", deflateSync(Buffer.from([0, 255]))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Markers, lengths and entropy-coded bytes of a JPEG, with a stuffed FF and a restart among them. */
export const JPEG = Buffer.from("ffd8ffe000044a46ffda00080101000000003f00aaff00bbffd0ccffd9", "hex");

function entry(tag: number, type: number, value: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt16LE(tag, 0);
  bytes.writeUInt16LE(type, 2);
  bytes.writeUInt32LE(1, 4);
  bytes.writeUInt32LE(value, 8);
  return bytes;
}

/** A TIFF in Intel's order: its header, one directory, then a strip of four bytes. */
export const TIFF = Buffer.concat([
  Buffer.from("49492a0008000000", "hex"),
  Buffer.from([4, 0]),
  entry(256, 3, 2),
  entry(257, 3, 2),
  entry(273, 4, 62),
  entry(279, 4, 4),
  Buffer.alloc(4),
  Buffer.from([1, 2, 3, 4]),
]);

/** An empty signedData. */
export const P7M = Buffer.from("300b06092a864886f70d010702", "hex");

/** Returns the end record of an empty ZIP archive whose comment has this length. */
export function zipEnd(commentBytes: number): Buffer {
  const record = Buffer.alloc(22);
  record.writeUInt32BE(0x504b0506, 0);
  record.writeUInt16LE(commentBytes, 20);
  return record;
}

/**
 * The harmless test file that every scanner reports as malware (EICAR). It is in two halves, so that a scanner does not report this source.
 */
export const EICAR = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].join("");

/** A whole PDF with EICAR in a comment. */
export const EICAR_PDF = Buffer.concat([text("%PDF-1.7\n%"), text(EICAR), text("\nstartxref\n9\n%%EOF\n")]);
