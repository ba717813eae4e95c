import { COMMON_PARTS } from "@/lib/identity/sign-in/common-passwords";

const MIN_LENGTH = 12;
/** What must remain when everything that guessers try first is taken away. */
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

/** Lower case, and letters for the signs that stand for them: `P@ssw0rd` is `password`. */
function folded(text: string): string {
  return Array.from(text.normalize("NFKC").toLowerCase(), (sign) => LOOKALIKES[sign] ?? sign).join("");
}

function without(text: string, parts: readonly string[]): string {
  const longestFirst = [...parts].filter((part) => part.length >= 3).sort((a, b) => b.length - a.length);
  return longestFirst.reduce((rest, part) => rest.replaceAll(part, ""), text);
}

/** Letters and digits that are not a repetition of the one before. */
function ownSigns(text: string): number {
  return Array.from(text).filter((sign, index, all) => /[\p{L}\p{N}]/u.test(sign) && sign !== all[index - 1])
    .length;
}

/**
 * Why a password is too easy to guess; undefined when it is not. 12 characters or more, and something left when the
 * bundled common ones, the person's own names and repetitions are taken away.
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
