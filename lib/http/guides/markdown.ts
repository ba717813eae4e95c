/** A run of text in a paragraph, a cell or a heading. */
export type Inline =
  | { readonly kind: "text" | "code" | "strong" | "emphasis"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly href: string };

/** A block of a guide, in the subset of Markdown (CommonMark, tables of GFM) that docs/guides is written in. */
export type Block =
  | {
      readonly kind: "heading";
      readonly level: number;
      readonly id: string;
      readonly content: readonly Inline[];
    }
  | { readonly kind: "paragraph"; readonly content: readonly Inline[] }
  | { readonly kind: "code"; readonly text: string }
  | {
      readonly kind: "list";
      readonly isOrdered: boolean;
      /** The first item's number: a list goes on behind a command that stands between two of its items. */
      readonly start: number;
      readonly items: readonly (readonly Inline[])[];
    }
  | {
      readonly kind: "table";
      readonly head: readonly (readonly Inline[])[];
      readonly rows: readonly (readonly (readonly Inline[])[])[];
    };

const MARKS =
  /`([^`]+)`|\*\*([^*]+)\*\*|!?\[([^\]]*)\]\(([^)\s]+)\)|(?<![\p{L}\p{N}_])_([^_\s](?:[^_]*[^_\s])?)_(?![\p{L}\p{N}_])/gu;

/** The runs of one line of text. */
export function inlineOf(text: string): Inline[] {
  const runs: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(MARKS)) {
    if (match.index > from) runs.push({ kind: "text", text: text.slice(from, match.index) });
    const [whole, code, strong, label, href, emphasis] = match;
    if (code !== undefined) runs.push({ kind: "code", text: code });
    else if (strong !== undefined) runs.push({ kind: "strong", text: strong });
    else if (emphasis !== undefined) runs.push({ kind: "emphasis", text: emphasis });
    else if (!whole.startsWith("!"))
      runs.push({ kind: "link", text: (label ?? "").replaceAll("`", ""), href: href ?? "" });
    from = match.index + whole.length;
  }
  if (from < text.length) runs.push({ kind: "text", text: text.slice(from) });
  return runs;
}

function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, "")
    .trim()
    .replaceAll(" ", "-");
}

const cellsOf = (line: string): Inline[][] =>
  line
    .trim()
    .replace(/^\||\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => inlineOf(cell.trim().replaceAll("\\|", "|")));

const FENCE = /^\s*```/;
const ITEM = /^\s*(?:[-*]|(\d+)\.)\s+(.*)$/;
const HEADING = /^(#{1,4})\s+(.*)$/;
const isTable = (line: string | undefined): boolean => line?.trim().startsWith("|") === true;

/** Lines with a place in them; each taker takes one block from there. */
class Lines {
  private at = 0;
  constructor(private readonly lines: readonly string[]) {}

  get line(): string | undefined {
    return this.lines[this.at];
  }

  takeWhile(fits: (line: string) => boolean): string[] {
    const taken: string[] = [];
    while (this.line !== undefined && fits(this.line)) {
      taken.push(this.line);
      this.at += 1;
    }
    return taken;
  }

  skip(): void {
    this.at += 1;
  }
}

function takeCode(lines: Lines): Block {
  lines.skip();
  const taken = lines.takeWhile((line) => !FENCE.test(line));
  lines.skip();
  const indent = Math.min(...taken.filter((line) => line.trim() !== "").map((line) => line.search(/\S/)), 8);
  return { kind: "code", text: taken.map((line) => line.slice(indent)).join("\n") };
}

function takeTable(lines: Lines): Block {
  const [head = "", , ...rows] = lines.takeWhile(isTable);
  return { kind: "table", head: cellsOf(head), rows: rows.map(cellsOf) };
}

function takeList(lines: Lines): Block {
  const number = /^\s*(\d+)\./.exec(lines.line ?? "")?.[1];
  const items: string[] = [];
  for (const line of lines.takeWhile((one) => one.trim() !== "" && !FENCE.test(one) && !HEADING.test(one))) {
    const item = ITEM.exec(line);
    if (item !== null) items.push(item[2] ?? "");
    else items.push(`${items.pop() ?? ""} ${line.trim()}`);
  }
  return {
    kind: "list",
    isOrdered: number !== undefined,
    start: Number(number ?? 1),
    items: items.map(inlineOf),
  };
}

function takeParagraph(lines: Lines): Block {
  const taken = lines.takeWhile(
    (line) =>
      line.trim() !== "" && !FENCE.test(line) && !HEADING.test(line) && !isTable(line) && !ITEM.test(line),
  );
  return { kind: "paragraph", content: inlineOf(taken.map((line) => line.trim()).join(" ")) };
}

function takeHeading(lines: Lines, heading: RegExpExecArray): Block {
  lines.skip();
  const text = heading[2] ?? "";
  return { kind: "heading", level: heading[1]?.length ?? 1, id: slugOf(text), content: inlineOf(text) };
}

/** The blocks of a guide. What is not of the subset is told as the text that it is; nothing of it is HTML. */
export function blocksOf(markdown: string): Block[] {
  const lines = new Lines(markdown.split(/\r?\n/));
  const blocks: Block[] = [];
  while (lines.line !== undefined) {
    const { line } = lines;
    const heading = HEADING.exec(line);
    if (line.trim() === "") lines.skip();
    else if (FENCE.test(line)) blocks.push(takeCode(lines));
    else if (heading !== null) blocks.push(takeHeading(lines, heading));
    else if (isTable(line)) blocks.push(takeTable(lines));
    else if (ITEM.test(line)) blocks.push(takeList(lines));
    else blocks.push(takeParagraph(lines));
  }
  return blocks;
}
