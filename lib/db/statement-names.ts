import "server-only";

/** Most statements that get a name; each connection keeps a plan for every name it has seen. */
const MAX_NAMED = 400;

/**
 * Names for prepared statements, one for each text, so that a connection parses and plans a statement once and not at
 * every call. Texts beyond the bound (lists of many lengths) stay unnamed. Not for a proxy that gives each transaction
 * another connection without supporting prepared statements.
 */
export function createStatementNames(): (statement: { readonly sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    if (names.size >= MAX_NAMED) return "";
    const name = `p${names.size + 1}`;
    names.set(sql, name);
    return name;
  };
}
