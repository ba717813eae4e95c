/** A cell a spreadsheet would run begins with one of these, also behind white space or in full-width form. */
const FORMULA = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20|%]|^[\t\r\n]/;
const QUOTED = /["\r\n;,]/;
/** What begins and goes on so neither runs nor ends a cell: ids, times and names, which most cells are. */
const PLAIN = /^[A-Za-z0-9_][A-Za-z0-9_.:-]*$/;

/** One cell: formulas are neutralised by an apostrophe, then quoted after RFC 4180. */
export function csvCell(value: string, delimiter: string): string {
  if (value === "" || PLAIN.test(value)) return value;
  const safe = FORMULA.test(value) ? `'${value}` : value;
  const needsQuotes = safe.includes(delimiter) || QUOTED.test(safe);
  return needsQuotes ? `"${safe.replaceAll('"', '""')}"` : safe;
}
