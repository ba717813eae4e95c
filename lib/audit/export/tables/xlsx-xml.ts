import "server-only";

// The few parts of ECMA-376 (Office Open XML) that a workbook of text needs. No cell is a formula, a number or a
// date, so a spreadsheet shows the log's text unchanged and runs none of it.

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/** Limits of spreadsheets: rows of one sheet, and characters of one cell. */
export const SHEET_ROWS = 1_048_576;
export const CELL_CHARACTERS = 32_767;

/** Characters that XML 1.0 cannot contain, and the carriage return, which parsers change. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is escaped.
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000d\u000e-\u001f\ufffe\uffff]/g;
/** ECMA-376 part 1, 22.9.2.19: `_xHHHH_` stands for a character, so a text that looks like it is escaped. */
const LOOKS_ESCAPED = /_(?=x[0-9A-Fa-f]{4}_)/g;

function escaped(character: string): string {
  return `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`;
}

/** Returns text as content of an inline string. */
export function xmlText(text: string): string {
  return text
    .replaceAll(LOOKS_ESCAPED, "_x005F_")
    .replaceAll(UNWRITABLE, escaped)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

/** Returns the letters of a column, from 0: A … Z, AA … */
export function columnLetters(index: number): string {
  const rest = Math.floor(index / 26);
  return `${rest === 0 ? "" : columnLetters(rest - 1)}${String.fromCharCode(65 + (index % 26))}`;
}

/** Returns one row of text cells; empty ones are left out. `number` counts from 1. */
export function rowXml(cells: readonly string[], number: number): string {
  const written = cells.map((cell, at) =>
    cell === ""
      ? ""
      : `<c r="${columnLetters(at)}${number}" t="inlineStr"><is><t xml:space="preserve">${xmlText(cell)}</t></is></c>`,
  );
  return `<row r="${number}">${written.join("")}</row>`;
}

/** The start of a sheet; its first row stays visible. */
export const SHEET_HEAD =
  `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0">` +
  `<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`;
export const SHEET_FOOT = "</sheetData></worksheet>";

export function sheetPath(number: number): string {
  return `xl/worksheets/sheet${number}.xml`;
}

/** The files of the package other than its sheets, which have fixed names and a fixed order. */
export function packageFiles(sheets: readonly string[]): { readonly path: string; readonly xml: string }[] {
  const each = (write: (name: string, number: number) => string): string =>
    sheets.map((name, at) => write(name, at + 1)).join("");
  return [
    {
      path: "xl/workbook.xml",
      xml:
        `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>` +
        each((name, at) => `<sheet name="${xmlText(name)}" sheetId="${at}" r:id="rId${at}"/>`) +
        "</sheets></workbook>",
    },
    {
      path: "xl/_rels/workbook.xml.rels",
      xml:
        `${XML}<Relationships xmlns="${PACKAGE}/relationships">` +
        each(
          (_, at) =>
            `<Relationship Id="rId${at}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${at}.xml"/>`,
        ) +
        "</Relationships>",
    },
    {
      path: "_rels/.rels",
      xml:
        `${XML}<Relationships xmlns="${PACKAGE}/relationships">` +
        `<Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    },
    {
      path: "[Content_Types].xml",
      xml:
        `${XML}<Types xmlns="${PACKAGE}/content-types">` +
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
        '<Default Extension="xml" ContentType="application/xml"/>' +
        `<Override PartName="/xl/workbook.xml" ContentType="${CONTENT}.sheet.main+xml"/>` +
        each((_, at) => `<Override PartName="/${sheetPath(at)}" ContentType="${CONTENT}.worksheet+xml"/>`) +
        "</Types>",
    },
  ];
}
