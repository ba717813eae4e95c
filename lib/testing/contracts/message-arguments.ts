/** The name at the start of an argument, and its type if it has branches. */
const HEAD = /^\{\s*(\w+)\s*(?:,\s*(\w+)\s*,?)?/;
const BRANCHED: readonly string[] = ["plural", "select", "selectordinal"];

/** Returns the index after the brace that closes the one at `open`. */
function afterBrace(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === "{") depth += 1;
    if (text[at] === "}") depth -= 1;
    if (depth === 0) return at + 1;
  }
  throw new Error(`a brace stays open in: ${text}`);
}

/** Returns every `{…}` at the outermost level of a text. */
function braces(text: string): string[] {
  const found: string[] = [];
  for (let at = text.indexOf("{"); at >= 0; ) {
    const end = afterBrace(text, at);
    found.push(text.slice(at, end));
    at = text.indexOf("{", end);
  }
  return found;
}

function namesIn(text: string): string[] {
  return braces(text).flatMap((argument) => {
    const [head = "", name = "", type = ""] = HEAD.exec(argument) ?? [];
    if (!BRANCHED.includes(type)) return [name];
    return [name, ...braces(argument.slice(head.length)).flatMap((branch) => namesIn(branch.slice(1, -1)))];
  });
}

/** Returns the names of the arguments and tags that a message needs, each once, sorted. */
export function argumentsOf(message: string): string[] {
  const tags = [...message.matchAll(/<(\w+)>/g)].map((match) => match[1] ?? "");
  return [...new Set([...namesIn(message), ...tags])].sort();
}
