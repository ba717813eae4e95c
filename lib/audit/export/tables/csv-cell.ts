/** Matches cells that a spreadsheet would run as a formula, also behind white space or in full-width form. */
const FORMULA = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20|%]|^[\t\r\n]/;
const QUOTED = /["\r\n;,]/;
/**
 * Matches the most frequent cells, which need neither an apostrophe nor quotes: ids, times and names, also behind the bracketed mark of
 * an index row's text.
 */
const PLAIN = /^(?:\[[a-z ]+\] )?[A-Za-z0-9_][A-Za-z0-9_.:-]*$/;

/** Returns one cell: formulas are disabled with an apostrophe, then the cell is quoted by RFC 4180. */
export function csvCell(value: string, delimiter: string): string {
  if (value === "" || PLAIN.test(value)) return value;
  const safe = FORMULA.test(value) ? `'${value}` : value;
  const needsQuotes = safe.includes(delimiter) || QUOTED.test(safe);
  return needsQuotes ? `"${safe.replaceAll('"', '""')}"` : safe;
}
