import { useLocale } from "next-intl";

const STEPS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** How long something lies back, in the largest whole unit: `5 minutes`. */
export function ageText(fromMs: number, toMs: number, locale: string): string {
  const seconds = Math.max(0, Math.round((toMs - fromMs) / 1_000));
  const [unit, size] = STEPS.find(([, length]) => seconds >= length) ?? (["second", 1] as const);
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(
    Math.floor(seconds / size),
  );
}

/** The same on a page that says when it was read. */
export function Age({ at, readAt }: { at: string; readAt: string }) {
  return <>{ageText(Date.parse(at), Date.parse(readAt), useLocale())}</>;
}
