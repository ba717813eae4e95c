import { fault, type ScimError, type ScimType } from "@/lib/administration/provisioning/protocol/scim-error";

/** One comparison. The attribute is its whole name in small letters without a schema: `emails.value`. */
export interface Comparison {
  readonly kind: "is";
  readonly attribute: string;
  readonly operator: string;
  readonly value: string | number | boolean | null;
}
interface Joined<K> {
  readonly kind: K;
  readonly left: Filter;
  readonly right: Filter;
}
export type Filter = Comparison | Joined<"and"> | Joined<"or">;

/** A place in a resource: `displayName`, `name.givenName`, `emails[type eq "work"].value`. Names in small letters. */
export interface Path {
  readonly attribute: string;
  readonly filter: Filter | undefined;
  readonly sub: string | undefined;
}

const MAX_LENGTH = 2_000;
const MAX_TERMS = 50;
const CORE = /^urn:ietf:params:scim:schemas:core:2\.0:(?:user|group):/i;
const NAME = /^[a-z$][\w$-]*(?:\.[a-z$][\w$-]*)?$/i;
const TOKEN = /\s*([()[\]]|"(?:[^"\\]|\\.)*"|[^\s()[\]"]+)/y;
const WORDS = new Set(["and", "or", "not"]);

/** Reads one text. A fault in it has the keyword of what the text is. */
class Reader {
  private readonly tokens: string[];
  private at = 0;
  private terms = 0;

  constructor(
    text: string,
    private readonly type: ScimType,
  ) {
    if (text.length > MAX_LENGTH) throw this.fault("is too long");
    this.tokens = [];
    TOKEN.lastIndex = 0;
    for (let end = 0; end < text.trimEnd().length; end = TOKEN.lastIndex) {
      const token = TOKEN.exec(text)?.[1];
      if (token === undefined) throw this.fault("cannot be read");
      this.tokens.push(token);
    }
  }

  fault(detail: string): ScimError {
    return fault(this.type, `The ${this.type === "invalidFilter" ? "filter" : "path"} ${detail}.`);
  }

  private peek(): string | undefined {
    return this.tokens[this.at];
  }

  private next(): string {
    const token = this.tokens[this.at];
    if (token === undefined) throw this.fault("ends too early");
    this.at += 1;
    return token;
  }

  private take(word: string): boolean {
    if (this.peek()?.toLowerCase() !== word) return false;
    this.at += 1;
    return true;
  }

  private name(): string {
    const name = this.next().replace(CORE, "");
    if (!NAME.test(name) || WORDS.has(name.toLowerCase()))
      throw this.fault("has a part that is not supported");
    return name.toLowerCase();
  }

  end(): void {
    if (this.at < this.tokens.length) throw this.fault("has more than was expected");
  }

  or(): Filter {
    let left = this.and();
    while (this.take("or")) left = { kind: "or", left, right: this.and() };
    return left;
  }

  private and(): Filter {
    let left = this.term();
    while (this.take("and")) left = { kind: "and", left, right: this.term() };
    return left;
  }

  private term(): Filter {
    this.terms += 1;
    if (this.terms > MAX_TERMS) throw this.fault("has too many parts");
    if (this.take("(")) return this.closed(")");
    const name = this.name();
    if (!this.take("[")) return this.comparison(name);
    const inner = within(name, this.closed("]"));
    const sub = this.subOf();
    return sub === undefined ? inner : { kind: "and", left: inner, right: this.comparison(`${name}.${sub}`) };
  }

  private closed(sign: string): Filter {
    const inner = this.or();
    if (!this.take(sign)) throw this.fault("has a bracket that is not closed");
    return inner;
  }

  private subOf(): string | undefined {
    const sub = /^\.([a-z$][\w$-]*)$/i.exec(this.peek() ?? "")?.[1];
    if (sub !== undefined) this.at += 1;
    return sub?.toLowerCase();
  }

  private comparison(attribute: string): Comparison {
    const operator = this.next().toLowerCase();
    if (!/^[a-z]{2}$/.test(operator) || operator === "pr")
      throw this.fault("has an operator that is not supported");
    return { kind: "is", attribute, operator, value: this.value() };
  }

  private value(): Comparison["value"] {
    const token = this.next();
    try {
      const value: unknown = JSON.parse(/^(?:true|false|null)$/i.test(token) ? token.toLowerCase() : token);
      // A text with a zero byte is in no column.
      const isText = typeof value === "string" && !value.includes("\0");
      if (value === null || isText || ["number", "boolean"].includes(typeof value))
        return value as Comparison["value"];
    } catch {
      // The fault below says it.
    }
    throw this.fault("compares with a value that cannot be read");
  }

  path(): Path {
    const [attribute = "", sub] = this.name().split(".");
    if (!this.take("[")) return { attribute, filter: undefined, sub };
    if (sub !== undefined) throw this.fault("has a condition at a part of an attribute");
    return { attribute, filter: this.closed("]"), sub: this.subOf() };
  }
}

/** Returns the filter with its attributes as parts of this one. */
function within(name: string, filter: Filter): Filter {
  return filter.kind === "is"
    ? { ...filter, attribute: `${name}.${filter.attribute}` }
    : { ...filter, left: within(name, filter.left), right: within(name, filter.right) };
}

/** Returns a filter (RFC 7644 section 3.4.2.2) without `not` and `pr`. Throws `invalidFilter`. */
export function parseFilter(text: string): Filter {
  const reader = new Reader(text, "invalidFilter");
  const filter = reader.or();
  reader.end();
  return filter;
}

/** Returns a path (RFC 7644 figure 7); undefined for one of another schema, which is ignored. Throws `invalidPath`. */
export function parsePath(text: string): Path | undefined {
  const plain = text.trim().replace(CORE, "");
  if (/^urn:/i.test(plain)) return undefined;
  const reader = new Reader(plain, "invalidPath");
  const path = reader.path();
  reader.end();
  return path;
}

/** Whether a value of a list meets the filter. Names and texts are compared in any case, but ids are in one only. */
export function matches(filter: Filter, item: Readonly<Record<string, unknown>>): boolean {
  if (filter.kind === "and") return matches(filter.left, item) && matches(filter.right, item);
  if (filter.kind === "or") return matches(filter.left, item) || matches(filter.right, item);
  if (filter.operator !== "eq") throw fault("invalidFilter", "The condition of a path supports eq only.");
  const found = Object.entries(item).find(([name]) => name.toLowerCase() === filter.attribute)?.[1];
  return String(found ?? "").toLowerCase() === String(filter.value ?? "").toLowerCase();
}

/** Returns the values that a filter of `eq` and `and` asks for, by attribute. */
export function valuesOf(filter: Filter): Readonly<Record<string, unknown>> {
  if (filter.kind === "is") return { [filter.attribute]: filter.value };
  return filter.kind === "and" ? { ...valuesOf(filter.left), ...valuesOf(filter.right) } : {};
}
