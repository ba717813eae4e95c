import { shownJson } from "@/lib/audit/bundle-verifier/report/shown-text";
import { csvCell } from "@/lib/audit/export/tables/csv-cell";
import type { Column, Output } from "./command";
import type { Host } from "./host";
import { variable } from "./host";
import { factLines, jsonLine, oneLine, shownValue } from "./shown";

const WIDEST = 48;

function cut(text: string): string {
  const characters = [...text];
  return characters.length > WIDEST ? `${characters.slice(0, WIDEST - 1).join("")}\u2026` : text;
}

/** Rows as lines of equal columns, titles first. Every cell is foreign text. */
export function tableLines<T>(items: readonly T[], columns: readonly Column<T>[], isBold: boolean): string[] {
  const rows = items.map((item) =>
    columns.map(({ of, isWhole }) => (isWhole === true ? shownValue(of(item)) : cut(shownValue(of(item))))),
  );
  const titles = columns.map(({ title }) => title);
  const widths = titles.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => [...(row[at] ?? "")].length)),
  );
  const lineOf = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => cell + " ".repeat((widths[at] ?? 0) - [...cell].length))
      .join("  ")
      .trimEnd();
  const head = lineOf(titles);
  return [isBold ? `\u001b[1m${head}\u001b[22m` : head, ...rows.map(lineOf)];
}

function writer(stream: NodeJS.WriteStream) {
  return (chunk: string | Uint8Array): Promise<void> =>
    new Promise((resolve) => {
      if (stream.write(chunk)) resolve();
      else stream.once("drain", resolve);
    });
}

async function collect<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export function openOutput(host: Host, flags: { readonly json: boolean; readonly quiet: boolean }): Output {
  const write = writer(host.stdout);
  const isPlain = variable(host, "NO_COLOR") !== undefined || variable(host, "TERM") === "dumb";
  const isBold = host.stdout.isTTY === true && !isPlain;
  const isWatched = host.stderr.isTTY === true && !flags.quiet;
  const say = (text: string): void => void host.stderr.write(text);
  const lines = (all: readonly string[]): Promise<void> => write(all.map((line) => `${line}\n`).join(""));
  return {
    isJson: flags.json,
    isWatched,
    document: (value, all = factLines(value)) => (flags.json ? write(`${shownJson(value)}\n`) : lines(all)),
    list: async (items, columns, given) => {
      if (flags.json) {
        for await (const item of items) await write(`${jsonLine(item)}\n`);
      } else if (given.flag("csv")) {
        await write(`${columns.map(({ title }) => title).join(",")}\r\n`);
        for await (const item of items)
          await write(`${columns.map(({ of }) => csvCell(shownValue(of(item)), ",")).join(",")}\r\n`);
      } else await lines(tableLines(await collect(items), columns, isBold));
    },
    row: (value, text) => write(`${flags.json ? jsonLine(value) : oneLine(text)}\n`),
    line: (value) => write(`${jsonLine(value)}\n`),
    text: write,
    bytes: write,
    remark: (text) => {
      if (!flags.quiet) say(`${isWatched ? "\r\u001b[K" : ""}${oneLine(text)}\n`);
    },
    progress: (text) => {
      if (isWatched) say(`\r\u001b[K${text === undefined ? "" : oneLine(text)}`);
    },
  };
}
