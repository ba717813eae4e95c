/** A piece of a sentence; important words are strong. */
export interface Segment {
  readonly text: string;
  readonly isStrong: boolean;
}

/** Reads a sentence whose important words are between `**`. */
export function segmentsOf(marked: string): Segment[] {
  return marked
    .split("**")
    .map((text, index) => ({ text, isStrong: index % 2 === 1 }))
    .filter(({ text }) => text !== "");
}

/** Returns the sentence without its marks. */
export function plainOf(marked: string): string {
  return marked.replaceAll("**", "");
}

/** Returns a minute of the day as a time: 540 → 09:00. */
export function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

/** The most limits that one sentence of a rule has. More are a list after it. */
export const LIMITS = 3;

export const strong = (text: string): string => `**${text}**`;

/** A word of a sentence in a comparison with another one. */
export interface ChangedSegment extends Segment {
  readonly change: "same" | "removed" | "added";
}

/** Words with the blanks after them, so that joining them gives the sentence back. */
function wordsOf(marked: string): Segment[] {
  return segmentsOf(marked).flatMap(({ text, isStrong }) =>
    (text.match(/\s*\S+\s*?(?=\s|$)|\s+/g) ?? []).map((word) => ({ text: word, isStrong })),
  );
}

/** Lengths of the longest common run of words from each pair of places on. */
function commonFrom(before: readonly Segment[], after: readonly Segment[]): number[][] {
  const table = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i -= 1)
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const row = table[i] ?? [];
      const isSame = before[i]?.text.trim() === after[j]?.text.trim();
      row[j] = isSame ? 1 + (table[i + 1]?.[j + 1] ?? 0) : Math.max(table[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  return table;
}

function joined(words: readonly ChangedSegment[]): ChangedSegment[] {
  const out: ChangedSegment[] = [];
  for (const word of words) {
    const last = out.at(-1);
    if (last !== undefined && last.change === word.change && last.isStrong === word.isStrong)
      out[out.length - 1] = { ...last, text: last.text + word.text };
    else out.push(word);
  }
  return out;
}

/** Returns both sentences as one, word by word: what stays, what is removed, what is added. */
export function compareSentences(before: string, after: string): ChangedSegment[] {
  const [old, next] = [wordsOf(before), wordsOf(after)];
  const common = commonFrom(old, next);
  const out: ChangedSegment[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < next.length) {
    const [from, to] = [old[i], next[j]];
    if (from !== undefined && to !== undefined && from.text.trim() === to.text.trim()) {
      out.push({ ...to, change: "same" });
      [i, j] = [i + 1, j + 1];
    } else if (
      to === undefined ||
      (from !== undefined && (common[i + 1]?.[j] ?? 0) >= (common[i]?.[j + 1] ?? 0))
    ) {
      if (from !== undefined) out.push({ ...from, change: "removed" });
      i += 1;
    } else {
      out.push({ ...to, change: "added" });
      j += 1;
    }
  }
  return joined(out);
}
