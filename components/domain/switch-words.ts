import { useTranslations } from "next-intl";

/** Reasons of OpenFeature that are said in words; others are shown as they are. */
const REASONS = [
  "STATIC",
  "DEFAULT",
  "TARGETING_MATCH",
  "FLAG_NOT_FOUND",
  "DISABLED",
  "PARSE_ERROR",
] as const;

const NAMES = { "policy.memo": "memo", "export.background": "background" } as const;

function isNamed(flag: string): flag is keyof typeof NAMES {
  return Object.hasOwn(NAMES, flag);
}

/** Returns what pages call switches, and why one has its value. A word that this version does not know stays as it is. */
export function useSwitchWords() {
  const t = useTranslations("switches");
  return {
    name: (flag: string): string => (isNamed(flag) ? t(`names.${NAMES[flag]}`) : flag),
    reason: (reason: string): string => {
      const known = REASONS.find((one) => one === reason);
      return known === undefined ? reason : t(`reasons.${known}`);
    },
  };
}
