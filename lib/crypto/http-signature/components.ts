import { FormatError } from "../format-error";

/** What a signature covers: a request as it was sent, or an answer (`status`). */
export interface SignedMessage {
  readonly method: string;
  /** The target URI in absolute form, with the query as it was sent. */
  readonly url: string;
  readonly headers: Pick<Headers, "get" | "has">;
  readonly status?: number;
}

/** A covered component: a field's name in lower case or a derived one (RFC 9421 section 2), and `name` of `@query-param`. */
export interface Component {
  readonly id: string;
  readonly queryName?: string;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": ":80", "https:": ":443" };
/** RFC 9110 section 5.6.2, in lower case. A name in upper case is not a component (RFC 9421 section 2.1). */
const FIELD_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]{1,128}$/;
const LINE_BREAK = /[\r\n]/;

function refuse(detail: string): never {
  throw new FormatError("format.http-signature", detail);
}

interface Target {
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  readonly query: string;
}

/** Returns the parts of the target URI as they were sent. A URL object would rewrite path and query. */
function targetOf(url: string): Target {
  const match = /^(https?):\/\/([^/?#]+)([^?#]*)(\?[^#]*)?$/i.exec(url);
  if (match === null) refuse("the target is not an absolute http address");
  const [, scheme = "", host = "", path = "", query = ""] = match;
  const lower = scheme.toLowerCase();
  const port = DEFAULT_PORTS[`${lower}:`] ?? "";
  const name = host.toLowerCase();
  return {
    scheme: lower,
    authority: name.endsWith(port) ? name.slice(0, -port.length) : name,
    path: path === "" ? "/" : path,
    query,
  };
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return refuse("the name of a covered query parameter is not percent-encoded");
  }
}

/** Returns a query parameter as RFC 9421 section 2.2.8 defines it: decoded like a form's and encoded again. */
function queryParam(query: string, name: string): string {
  const values = new URLSearchParams(query).getAll(decoded(name));
  const [value] = values;
  if (value === undefined || values.length > 1)
    refuse("a covered query parameter must be in the query exactly once");
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function derived(message: SignedMessage, { id, queryName }: Component): string {
  if (id === "@status")
    return message.status === undefined ? refuse("a request has no status") : `${message.status}`;
  if (message.status !== undefined) refuse(`an answer has no ${id}`);
  const target = targetOf(message.url);
  switch (id) {
    case "@method":
      return message.method;
    case "@target-uri":
      return message.url;
    case "@authority":
      return target.authority;
    case "@scheme":
      return target.scheme;
    case "@request-target":
      return `${target.path}${target.query}`;
    case "@path":
      return target.path;
    case "@query":
      return target.query === "" ? "?" : target.query;
    case "@query-param":
      return queryParam(target.query, queryName ?? refuse("@query-param has no name"));
    default:
      return refuse(`${id} is not a component`);
  }
}

/**
 * Returns the value of one component (RFC 9421 sections 2.1 and 2.2).
 * @throws FormatError `format.http-signature` if the message does not have it, or it is not supported here.
 */
export function componentValue(message: SignedMessage, component: Component): string {
  const { id } = component;
  if (id.startsWith("@")) return derived(message, component);
  if (!FIELD_NAME.test(id)) refuse("a covered field has an invalid name");
  const value = message.headers.get(id);
  if (value === null) refuse(`the covered field ${id} is missing`);
  if (LINE_BREAK.test(value)) refuse(`the covered field ${id} has a line break`);
  return value.trim();
}
