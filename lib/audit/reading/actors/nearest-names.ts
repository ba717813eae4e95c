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
 * Returns how far a name is from the given text: the fewest changes, and less if one contains the other. The text may
 * match any single word of the name.
 */
function strangeness(asked: string, name: string): number {
  const holds = name.includes(asked) || asked.includes(name);
  if (holds) return distance(asked, name) / (asked.length + name.length);
  const words = asked.includes(".") ? [] : name.split(".");
  return Math.min(distance(asked, name), ...words.map((word) => distance(asked, word) + 0.5));
}

/**
 * Returns the names of a closed list that an unknown name most likely means: at most `most`, nearest first, equal
 * ones by alphabet.
 */
export function nearestNames(asked: string, names: readonly string[], most = 3): string[] {
  const given = asked.trim().toLowerCase();
  return names
    .map((name) => ({ name, by: strangeness(given, name) }))
    .sort((a, b) => a.by - b.by || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);
}
