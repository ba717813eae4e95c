/** Exit statuses, as in `sealport --help`. */
export const EXIT = {
  done: 0,
  wrong: 1,
  usage: 2,
  consistent: 3,
  notAllowed: 4,
  refused: 5,
  limit: 6,
  away: 7,
  interrupted: 130,
  brokenPipe: 141,
} as const;

/** What each means, in one line, for help. */
export const EXIT_WORDS: readonly (readonly [number, string])[] = [
  [EXIT.done, "done"],
  [EXIT.wrong, "a fault was found, or the command failed"],
  [EXIT.usage, "the command line, a file or the configuration is not usable"],
  [EXIT.consistent, "verify: consistent, but only with the portal's or the bundle's own keys, or undecided"],
  [EXIT.notAllowed, "not allowed, or not found (401, 403, 404)"],
  [EXIT.refused, "refused: a conflict, or not valid (409, 422 and other 4xx)"],
  [EXIT.limit, "too many calls (429), also after retries"],
  [EXIT.away, "the portal cannot be reached or does not work (5xx)"],
  [EXIT.interrupted, "interrupted"],
];

/** An error with a sentence for the person and an exit status for the program. */
export class CliError extends Error {
  override readonly name = "CliError";

  constructor(
    readonly exit: number,
    message: string,
    /** Further lines: what to do about it. */
    readonly hints: readonly string[] = [],
  ) {
    super(message);
  }
}

/** The command line cannot be used as it is (status 2). */
export function usage(message: string, ...hints: readonly string[]): CliError {
  return new CliError(EXIT.usage, message, hints);
}
