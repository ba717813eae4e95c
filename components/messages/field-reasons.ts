/** Patterns of the server's reasons for refusing a value, each with the key of our words. The first match counts. */
const REASONS = [
  [/^must not be empty$/, "missing"],
  [/^is missing$/, "missing"],
  [/^asks for nothing$/, "missing"],
  [/^at least one/, "missing"],
  [/^must have at most (\d+) characters?$/, "tooLong"],
  [/^must have at least (\d+) characters?$/, "tooShort"],
  [/^must have exactly (\d+) characters?$/, "exactly"],
  [/^must have at most (\d+) (?:items|members)$/, "tooMany"],
  [/^must have at least (\d+) (?:items|members)$/, "tooFew"],
  [/^must be (?:at most|less than) (-?[\d.]+)$/, "tooMuch"],
  [/^must be (?:at least|more than) (-?[\d.]+)$/, "tooLittle"],
  [/^must be a day, /, "day"],
  [/^must be a day between /, "dayBetween"],
  [/^must be a time with its zone/, "time"],
  [/^must be an e-mail address$/, "mail"],
  [/^must be an address that begins with https:/, "address"],
  [/^must be an id of 36 characters/, "id"],
  [/^must be a (?:whole )?number$/, "number"],
  [/^must be one of /, "choice"],
  [/^is more than (\d+) (?:views|exports|days), the limit of version/, "policyLimit"],
  [/^more than /, "tooMuch"],
  [/what remains$/, "tooMuch"],
  [/^has fewer than (\d+) characters/, "tooShort"],
  [/^neither an ISO 4217/, "currency"],
  [/^not a decimal number/, "amount"],
  [/named as its group$/, "nameOfGroup"],
  [/^Unknown participant: /, "unknownParticipant"],
  [/^not a participant id$/, "unknownParticipant"],
  [/has no active key\.$/, "noKey"],
  [/^transaction not found$/, "unknownTransaction"],
  [/^is not a number stored for the agency$/, "noNumberOfRecord"],
  [/^is not an active colleague of your organisation and role$/, "noColleague"],
  [/^names no transaction$/, "findsNothing"],
  [/^names more than (\d+) transactions$/, "findsTooMany"],
  [/^is the name of another organisation$/, "nameTaken"],
  [/^is over$/, "over"],
  [/^is not after /, "notAfter"],
  [/cannot be shown$/, "characters"],
  [/U\+0000$/, "characters"],
  [/^neither an ISO 3166/, "jurisdiction"],
  [/^none of these fields is sealed/, "notSealed"],
  [/^this transaction has no sealed fields/, "notSealed"],
  [/^is not the code shown now$/, "wrong"],
  [/^is not your password$/, "wrong"],
] as const;

export interface FieldReason {
  readonly key: (typeof REASONS)[number][1] | "form";
  /** The limit that was passed, where the server names one. */
  readonly count: number;
}

/** Returns why a value was refused, as a key of the namespace `problem.reasons`; `form` for an unknown reason. */
export function fieldReason(detail: string): FieldReason {
  for (const [pattern, key] of REASONS) {
    const found = pattern.exec(detail);
    if (found !== null) return { key, count: Number(found[1] ?? 0) };
  }
  return { key: "form", count: 0 };
}
