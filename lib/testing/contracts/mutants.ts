/** One changed place of a source text. */
export interface Mutant {
  /** The original line, so that a reader can find it, and what was changed. */
  readonly name: string;
  readonly source: string;
}

/** A change of a line of code: each place that matches is its own mutant. */
interface Operator {
  readonly find: RegExp;
  readonly put: (found: string) => string;
}

const swaps: Readonly<Record<string, string>> = {
  " <= ": " < ",
  " < ": " <= ",
  " >= ": " > ",
  " > ": " >= ",
  " === ": " !== ",
  " !== ": " === ",
  " && ": " || ",
  " || ": " && ",
};

const OPERATORS: readonly Operator[] = [
  { find: / (?:<=|>=|<|>|===|!==|&&|\|\|) /g, put: (found) => swaps[found] ?? found },
  { find: /!(?=[a-zA-Z])(?!==)/g, put: () => "" },
  // Bounds and days, off by one.
  { find: /\b\d[\d_]*\b/g, put: (found) => `(${found} + 1)` },
  // A refusal that is left out.
  { find: /found\.push\(/g, put: () => "((..._: unknown[]) => 0)(" },
  { find: /return \[(?=no\(|reason\(|$)/g, put: () => "return [].slice(0) ?? [" },
  // A value in a set or a list, replaced by another.
  { find: /"[a-z_]+"(?=[,\]])/g, put: (found) => `${found.slice(0, -1)}-not"` },
];

/** Returns whether a line can contain a rule. Comments, type positions and texts of refusals cannot. */
const isRule = (line: string): boolean => !/^\s*(?:\/\*|\*|\/\/|import |export type |type )/.test(line);

/** Returns whether a place is within quotes, where a number is text. */
const isQuoted = (line: string, at: number): boolean => line.slice(0, at).split(/["`]/).length % 2 === 0;

/** Returns every mutant of a TypeScript source by these operators, in the order of its lines. */
export function mutantsOf(source: string): Mutant[] {
  const lines = source.split("\n");
  return lines.flatMap((line, at) => {
    if (!isRule(line)) return [];
    return OPERATORS.flatMap(({ find, put }) =>
      [...line.matchAll(find)].flatMap((match) => {
        const changed =
          line.slice(0, match.index) + put(match[0]) + line.slice(match.index + match[0].length);
        const isWord = /^\d/.test(match[0]) && isQuoted(line, match.index);
        if (changed === line || isWord) return [];
        const mutated = [...lines.slice(0, at), changed, ...lines.slice(at + 1)].join("\n");
        return [{ name: `${line.trim()} → ${changed.trim()}`, source: mutated }];
      }),
    );
  });
}
