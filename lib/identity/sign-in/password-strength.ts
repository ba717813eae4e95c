/** Parts of the most common passwords, in lower case; longer ones join and repeat these. */
export const COMMON_PARTS: readonly string[] = [
  "password passwort passw0rd kennwort geheim hallo schatz qwerty qwertz azerty qwertyuiop qwertzuiop asdfghjkl asdfgh",
  "zxcvbnm yxcvbnm qazwsx wsxedc edcrfv 1qaz2wsx 3edc4rfv 1q2w3e4r5t 1q2w3e4r q1w2e3r4 zaq12wsx abcdefghijkl abcdef abc",
  "1234567890 123456789 12345678 1234567 123456 12345 1234 123 0987654321 987654321 654321 4321 321 111111 000000 112233",
  "121212 123123 123321 666666 777777 888888 999999 696969 159753 147258369 147258 102030 2580 1004 2020 2021 2022 2023",
  "2024 2025 2026 2027 letmein welcome willkommen iloveyou loveyou lovely ichliebedich trustno1 admin administrator root",
  "user guest test testing demo sample default changeme change temp temporary secret secure security access login signin",
  "master monkey dragon football fussball baseball basketball soccer hockey superman batman spiderman starwars pokemon",
  "pikachu naruto minecraft computer internet google facebook samsung iphone microsoft windows linux server network data",
  "sunshine princess shadow michael jordan jessica jennifer charlie daniel andrew thomas martin stefan sommer winter",
  "summer spring autumn herbst fruehling januar januari february monday montag sonntag freedom freiheit whatever nothing",
  "hunter ranger buster harley killer tigger ginger pepper cheese cookie chocolate banana orange purple yellow flower",
  "butterfly angel jesus christ blessed family mother father mustang ferrari porsche mercedes corvette yamaha matrix",
  "blink182 liverpool chelsea arsenal barcelona bayern dortmund schalke deutschland germany berlin hamburg london",
  "correcthorsebatterystaple correct horse battery staple opensesame sesame startrek enterprise company firma office",
  "sealport regulator auditor coordinator provider miner client settlement escrow custodian transaction",
].flatMap((line) => line.split(" "));

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
