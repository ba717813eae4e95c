/** Single changes that turn one text into the other (Levenshtein), letter by letter. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [at, letter] of [...one].entries()) {
    const next = [at + 1];
    for (const [column, against] of [...other].entries()) {
      const changed = (row[column] ?? 0) + (letter === against ? 0 : 1);
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/**
 * How far a name is from one that was asked for: fewest changes; less where the one holds the other whole. One word may
 * be meant for any word of the name.
 */
function strangeness(asked: string, name: string): number {
  const holds = name.includes(asked) || asked.includes(name);
  if (holds) return distance(asked, name) / (asked.length + name.length);
  const words = asked.includes(".") ? [] : name.split(".");
  return Math.min(distance(asked, name), ...words.map((word) => distance(asked, word) + 0.5));
}

/**
 * The names of a closed list that one which is not in it is most likely meant to be: at most `most`, nearest first, and
 * of equal ones the first by alphabet.
 */
export function nearestNames(asked: string, names: readonly string[], most = 3): string[] {
  const given = asked.trim().toLowerCase();
  return names
    .map((name) => ({ name, by: strangeness(given, name) }))
    .sort((a, b) => a.by - b.by || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);
}
