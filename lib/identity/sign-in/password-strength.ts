import { COMMON_PARTS } from "@/lib/identity/sign-in/common-passwords";

const MIN_LENGTH = 12;
/** Characters that must remain without everything that guessers try first. */
const MIN_OWN = 6;

const LOOKALIKES: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};

/** Returns lower case, with letters for the signs that replace them: `P@ssw0rd` becomes `password`. */
function folded(text: string): string {
  return Array.from(text.normalize("NFKC").toLowerCase(), (sign) => LOOKALIKES[sign] ?? sign).join("");
}

function without(text: string, parts: readonly string[]): string {
  const longestFirst = [...parts].filter((part) => part.length >= 3).sort((a, b) => b.length - a.length);
  return longestFirst.reduce((rest, part) => rest.replaceAll(part, ""), text);
}

/** Returns letters and digits that do not repeat the one before. */
function ownSigns(text: string): number {
  return Array.from(text).filter((sign, index, all) => /[\p{L}\p{N}]/u.test(sign) && sign !== all[index - 1])
    .length;
}

/**
 * Returns why a password is too easy to guess; undefined if it is not. It needs 12 characters or more. Some must remain
 * without the bundled common passwords, the person's own names and repetitions.
 */
export function weaknessOf(password: string, personal: readonly string[]): string | undefined {
  if (Array.from(password).length < MIN_LENGTH) return `has fewer than ${MIN_LENGTH} characters`;
  const names = personal.flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)]);
  const rest = without(
    without(password.toLowerCase(), COMMON_PARTS),
    names.map((one) => one.toLowerCase()),
  );
  const restFolded = without(without(folded(rest), COMMON_PARTS), names.map(folded));
  return Math.min(ownSigns(rest), ownSigns(restFolded)) < MIN_OWN ? "is among the common ones" : undefined;
}
