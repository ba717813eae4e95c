import { ApiProblem } from "@/lib/api-client/client/client";
import { FileFault } from "@/lib/import/lists/file-fault";
import { CliError, EXIT, usage } from "./exit";
import { oneLine } from "./shown";

/** A failure as it is shown: the status, the lines for a person, and the document for a program. */
export interface FailureText {
  readonly exit: number;
  readonly lines: readonly string[];
  readonly document: Readonly<Record<string, unknown>>;
}

/** The exit status for an answer's HTTP status. A redirection is not followed, since it would take the key elsewhere. */
export function exitOf(status: number): number {
  if ([401, 403, 404].includes(status)) return EXIT.notAllowed;
  if (status === 429) return EXIT.limit;
  return status >= 400 && status < 500 ? EXIT.refused : EXIT.away;
}

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

function fieldLines(errors: unknown): string[] {
  if (!Array.isArray(errors)) return [];
  return errors.map((error: unknown) => {
    const { pointer, detail } = Object(error) as { pointer?: unknown; detail?: unknown };
    return `  ${oneLine(textOf(pointer) ?? "the whole")}: ${oneLine(textOf(detail) ?? "not valid")}`;
  });
}

const HINTS: Readonly<Record<string, string>> = {
  "auth.invalid": "The key is unknown, expired or ended: `sealport doctor` checks it.",
  "auth.required": "Make a profile with `sealport profile add`, or give SEALPORT_API_KEY.",
  "auth.signature": "`sealport doctor` checks the signing key and the clock.",
  "auth.signature-required":
    "Add a signing key to the profile: `sealport profile add NAME --signing-key-file FILE`.",
  "request.not-found":
    "An id is a UUID, as lists show it; a portal that is older than this program may not know the call.",
  "decision.facts-mismatch":
    "Read the order and retype its facts: --issuer, --case-number, --valid-from, --valid-until.",
  "auth.scope": "Another key is needed: scopes are chosen when a key is made, under /account/api-keys.",
};

function describeProblem({ status, code, requestId, problem }: ApiProblem): FailureText {
  const title =
    textOf(problem.title) ?? (status < 400 ? "The address redirects elsewhere" : "The portal refused");
  const detail = textOf(problem.detail);
  const hint = HINTS[code];
  return {
    exit: exitOf(status),
    lines: [
      `${oneLine(title)} (${status} ${oneLine(code)})`,
      ...(detail === undefined || detail === title ? [] : [oneLine(detail)]),
      ...fieldLines(problem.errors),
      ...(hint === undefined ? [] : [hint]),
      ...(requestId === "" ? [] : [`request_id ${oneLine(requestId)}`]),
    ],
    document: { status, code, request_id: requestId, ...problem },
  };
}

/** Names of system errors under a failed fetch: they give the cause without showing what was sent. */
function causeOf(error: unknown): string | undefined {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause ? textOf(cause.code) : undefined;
}

/** TLS: the certificate leads to no authority that Node knows. */
const UNKNOWN_AUTHORITY = /SELF_SIGNED|LEAF_SIGNATURE|ISSUER/;

export function isAway(error: unknown): boolean {
  if (error instanceof TypeError) return error.message === "fetch failed" || error.message === "terminated";
  return error instanceof DOMException && error.name === "TimeoutError";
}

/**
 * Returns an unexpected failure: after a call the answer is not one of the API's, before it this program has a fault.
 */
function describeUnforeseen(error: unknown, url: string | undefined): FailureText {
  const words =
    error instanceof Error ? `${error.name}: ${error.message}` : "a value that is not an error was thrown";
  const line =
    url === undefined
      ? `a fault of this program (${words})`
      : `${url} sent an answer that cannot be read (${words})`;
  const hint = "SEALPORT_DEBUG=1 shows where.";
  return {
    exit: url === undefined ? EXIT.wrong : EXIT.away,
    lines: [oneLine(line), hint],
    document: { error: line, exit: url === undefined ? EXIT.wrong : EXIT.away },
  };
}

/** Returns how a failure is shown; `url` is that of the portal, once it is known. */
export function describeFailure(error: unknown, url?: string): FailureText {
  if (error instanceof CliError)
    return {
      exit: error.exit,
      lines: [oneLine(error.message), ...error.hints.map(oneLine)],
      document: { error: error.message, exit: error.exit },
    };
  if (error instanceof FileFault)
    return describeFailure(usage(error.message, ...(error.remedy === undefined ? [] : [error.remedy])));
  if (error instanceof ApiProblem) return describeProblem(error);
  if (!isAway(error)) return describeUnforeseen(error, url);
  const cause = causeOf(error) ?? "";
  const line = `${url ?? "the portal"} does not answer${cause === "" ? "" : ` (${cause})`}`;
  const hints = UNKNOWN_AUTHORITY.test(cause)
    ? [
        "If its certificate is from an authority of your own, name that one's PEM file in NODE_EXTRA_CA_CERTS.",
      ]
    : [];
  return { exit: EXIT.away, lines: [oneLine(line), ...hints], document: { error: line, exit: EXIT.away } };
}
