/** One changed place of a source text. */
export interface Mutant {
  /** The line before it, as a reader finds it again, and what was done to it. */
  readonly name: string;
  readonly source: string;
}

/** A change of what a line of code says: each place that matches is a mutant of its own. */
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
  // Bounds and days, one off.
  { find: /\b\d[\d_]*\b/g, put: (found) => `(${found} + 1)` },
  // A refusal that is not given.
  { find: /found\.push\(/g, put: () => "((..._: unknown[]) => 0)(" },
  { find: /return \[(?=no\(|reason\(|$)/g, put: () => "return [].slice(0) ?? [" },
  // A value that stands in a set or a list, and is another.
  { find: /"[a-z_]+"(?=[,\]])/g, put: (found) => `${found.slice(0, -1)}-not"` },
];

/** Comments, type positions and the words of a refusal are no rules. */
const isRule = (line: string): boolean => !/^\s*(?:\/\*|\*|\/\/|import |export type |type )/.test(line);

/** Whether a place lies within quotes, where a number is a word. */
const isQuoted = (line: string, at: number): boolean => line.slice(0, at).split(/["`]/).length % 2 === 0;

/** Every mutant of a TypeScript source by these operators, in the order of its lines. */
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
