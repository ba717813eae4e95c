/** One call as it is sent. */
export interface CurlCall {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  /** Without authentication. */
  readonly isPublic?: boolean;
  /** Further headers, by name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Parts of an upload in place of a body, as curl's -F takes them. */
  readonly parts?: readonly string[];
  /** Writes the answer into this file. */
  readonly file?: string;
}

/** Quotes a value as one word of a POSIX shell: every character stays text in the terminal. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Returns the command that makes this call. The key is a shell variable: it never appears in the command. */
export function curlOf(call: CurlCall, origin: string): string {
  const { method, path, body, headers = {}, parts = [] } = call;
  const words = [
    "curl -sS",
    ...(method === "GET" ? [] : [`-X ${method}`]),
    ...(call.isPublic === true ? [] : ['-H "Authorization: Bearer $KEY"']),
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : ["-H 'Content-Type: application/json'", `-d ${quoted(body)}`]),
    ...parts.map((part) => `-F ${quoted(part)}`),
    ...(call.file === undefined ? [] : [`-o ${quoted(call.file)}`]),
  ];
  // The address has a line of its own: a narrow page then shows it whole.
  return `${words.join(" ")} \\\n  ${quoted(`${origin}${path}`)}`;
}
