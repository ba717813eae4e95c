import { useLocale, useTranslations } from "next-intl";
import { Digest } from "@/components/ui/digest";
import { formatCount } from "@/lib/format";
import type { Difference } from "./finding-words";

function OneDifference({ difference }: { difference: Difference }) {
  const t = useTranslations("audit.verify.nearby.differs");
  const locale = useLocale();
  if (difference.kind !== "root") return <>{t(difference.kind)}</>;
  const { size, signed, own } = difference.roots;
  return (
    <span className="flex flex-wrap gap-x-4">
      {[
        [t("signedRoot", { size: formatCount(size, locale) }), signed] as const,
        [t("ownRoot"), own] as const,
      ].map(([name, value]) => (
        <span key={name}>
          {name} <Digest value={value} label={name} />
        </span>
      ))}
    </span>
  );
}

/** Shows, below the first bad entry, which two values do not match and what was signed for them. */
export function FaultDifference({ differences }: { differences: readonly Difference[] }) {
  const t = useTranslations("audit.verify.nearby");
  if (differences.length === 0) return null;
  return (
    <div className="mt-3 max-w-[760px] border-oxblood border-l-[3px] pl-3 text-control">
      <h4 className="font-semibold">{t("differs.title")}</h4>
      <ul className="mt-1 grid gap-1">
        {differences.map((difference) => (
          <li key={difference.kind}>
            <OneDifference difference={difference} />
          </li>
        ))}
      </ul>
    </div>
  );
}
