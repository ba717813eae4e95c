import "server-only";
import path from "node:path";
import PDFDocument from "pdfkit";

// One idea: a page of the evidence file as a place to write on from top to bottom. It knows the fonts, the margins and
// when a page is full; what is written is decided in sections.ts.

const FONTS = path.join(process.cwd(), "node_modules/geist/dist/fonts");
const FACES = {
  regular: "geist-sans/Geist-Regular.ttf",
  medium: "geist-sans/Geist-Medium.ttf",
  semibold: "geist-sans/Geist-SemiBold.ttf",
  mono: "geist-mono/GeistMono-Regular.ttf",
} as const;
export type Face = keyof typeof FACES;

export const LEFT = 42;
export const RIGHT = 553;
export const WIDTH = RIGHT - LEFT;
const TOP = 46;
const BOTTOM = 794;
export const INK = "#13201b";
export const INK_2 = "#43504a";
export const ACCENT = "#17685a";
export const ACCENT_LINE = "#8fbcae";
export const ACCENT_WASH = "#e8f2ee";
export const LINE = "#dde2dc";

export interface TextStyle {
  readonly face?: Face;
  readonly size?: number;
  readonly color?: string;
}

export interface SheetFacts {
  readonly title: string;
  readonly subject: string;
  readonly language: string;
  readonly madeAt: Date;
}

/** The document with a writing position. */
export class Sheet {
  readonly doc: PDFKit.PDFDocument;
  y = TOP;
  /** Whether a character was written as its code, because the fonts lack it. */
  hasEscaped = false;
  #isBlank = true;
  /** Widths of characters by face, at size 1. */
  readonly #advances = new Map<string, number>();

  constructor({ title, subject, language, madeAt }: SheetFacts) {
    this.doc = new PDFDocument({
      size: "A4",
      margin: 0,
      autoFirstPage: false,
      bufferPages: true,
      // Attachments can then be found and read in the file as they are.
      compress: false,
      pdfVersion: "1.7",
      subset: "PDF/A-3b",
      lang: language,
      displayTitle: true,
      info: { Title: title, Subject: subject, Author: "Sealport", CreationDate: madeAt, ModDate: madeAt },
    });
    for (const [face, file] of Object.entries(FACES)) this.doc.registerFont(face, path.join(FONTS, file));
    this.addPage();
  }

  addPage(): void {
    this.doc.addPage();
    this.#isBlank = true;
    this.y = TOP;
    guilloche(this.doc, 0, 0, this.doc.page.width, 9);
  }

  /** Begins a new page unless this height is left. */
  need(height: number): void {
    if (this.y + height <= BOTTOM || this.#isBlank) return;
    this.addPage();
  }

  get left(): number {
    return BOTTOM - this.y;
  }

  #use({ face = "regular", size = 9.2, color = INK }: TextStyle): number {
    this.doc.font(face).fontSize(size).fillColor(color);
    return size;
  }

  /** Writes one line and does not move down. */
  put(text: string, x: number, y: number, style: TextStyle = {}): void {
    this.#isBlank = false;
    this.#use(style);
    // Without ligatures, so that text can be searched and compared letter by letter.
    this.doc.text(this.known(text, style.face), x, y, { lineBreak: false, features: [] });
  }

  putRight(text: string, right: number, y: number, style: TextStyle = {}): void {
    this.put(text, right - this.widthOf(text, style), y, style);
  }

  widthOf(text: string, style: TextStyle = {}): number {
    this.#use(style);
    return this.doc.widthOfString(this.known(text, style.face), { features: [] });
  }

  /** Breaks a text into lines of a width: at spaces, and inside words that are longer than a line. */
  wrap(text: string, width: number, style: TextStyle = {}): string[] {
    return text.split("\n").flatMap((paragraph) => this.#wrapOne(paragraph, width, style));
  }

  /** Each character is measured once a file, so the time grows with the text's length and not with its square. */
  #wrapOne(text: string, width: number, style: TextStyle): string[] {
    const lines: string[] = [];
    const space = this.#advance(" ", style);
    let [line, used] = ["", 0];
    for (const word of text.split(" ")) {
      const wordWidth = [...word].reduce((sum, character) => sum + this.#advance(character, style), 0);
      if (line !== "" && used + space + wordWidth <= width) {
        line += ` ${word}`;
        used += space + wordWidth;
        continue;
      }
      if (line !== "") lines.push(line);
      [line, used] = ["", 0];
      for (const character of word) {
        const advance = this.#advance(character, style);
        if (line !== "" && used + advance > width) {
          lines.push(line);
          [line, used] = ["", 0];
        }
        line += character;
        used += advance;
      }
    }
    return [...lines, line];
  }

  /** The width of a character as it is written. A line is as wide as its characters together, but for kerning. */
  #advance(character: string, style: TextStyle): number {
    const { face = "regular", size = 9.2 } = style;
    const key = `${face} ${character}`;
    const known = this.#advances.get(key);
    if (known !== undefined) return known * size;
    const written = this.known(character, face);
    const advance =
      written === character
        ? this.widthOf(character, { face, size: 1 })
        : [...written].reduce((sum, one) => sum + this.#advance(one, { face, size: 1 }), 0);
    this.#advances.set(key, advance);
    return advance * size;
  }

  /** Writes several lines below each other and returns the height they took. */
  block(
    text: string,
    x: number,
    y: number,
    width: number,
    style: TextStyle & { readonly leading?: number } = {},
  ): number {
    const leading = style.leading ?? (style.size ?? 9.2) * 1.34;
    const lines = this.wrap(text, width, style);
    for (const [index, line] of lines.entries()) this.put(line, x, y + index * leading, style);
    return lines.length * leading;
  }

  /** PDF/A allows no character that its font lacks, so such a character is written as its code. */
  known(text: string, face: Face = "regular"): string {
    this.doc.font(face);
    return [...text].map((character) => this.#knownCharacter(character)).join("");
  }

  #knownCharacter(character: string): string {
    const code = character.codePointAt(0) ?? 0;
    if (code === 9) return " ";
    if (code >= 32 && code < 127) return character;
    if (code >= 32 && hasGlyph(this.doc, code)) return character;
    this.hasEscaped = true;
    return `{U+${code.toString(16).toUpperCase().padStart(4, "0")}}`;
  }

  rule(y: number, color = LINE, weight = 0.6): void {
    this.doc.moveTo(LEFT, y).lineTo(RIGHT, y).lineWidth(weight).strokeColor(color).stroke();
  }
}

/** The font object of pdfkit, as far as its glyphs are concerned. Its types do not have it. */
function hasGlyph(doc: PDFKit.PDFDocument, code: number): boolean {
  const font: unknown = Reflect.get(Reflect.get(doc, "_font") ?? {}, "font");
  if (typeof font !== "object" || font === null) return false;
  const ask: unknown = Reflect.get(font, "hasGlyphForCodePoint");
  return typeof ask === "function" && Reflect.apply(ask, font, [code]) === true;
}

/** The woven lines at the head of a page and over what is sealed. */
export function guilloche(
  doc: PDFKit.PDFDocument,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  doc.save().rect(x, y, width, height).clip().lineWidth(0.35).strokeColor(ACCENT_LINE);
  for (let phase = 0; phase < 6; phase += 1) {
    const at = (step: number) => y + (height / 2) * (1 + Math.sin(step / 11 + (phase * Math.PI) / 3));
    doc.moveTo(x, at(0));
    for (let step = 3; step <= width + 3; step += 3) doc.lineTo(x + step, at(step));
    doc.stroke();
  }
  doc.restore();
}

/** Parallel lines over what is masked, always the same, so that they tell nothing of the value. */
export function hatch(doc: PDFKit.PDFDocument, x: number, y: number, width: number, height: number): void {
  doc.save().rect(x, y, width, height).clip().lineWidth(0.5).strokeColor(ACCENT_LINE);
  for (let step = -height; step <= width; step += 5)
    doc
      .moveTo(x + step, y + height)
      .lineTo(x + step + height, y)
      .stroke();
  doc.restore();
}
