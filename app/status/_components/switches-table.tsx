import { useTranslations } from "next-intl";
import { useSwitchWords } from "@/components/domain/switch-words";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import type { Switches } from "@/lib/http/health/read-switches";

type Flag = Switches["flags"][number];
const CELL = "block tablet:table-cell tablet:py-2 tablet:pr-4 tablet:align-top";
const COLUMNS = ["name", "organisation", "value", "reason", "since"] as const;
function ValueRow({ flag, value }: { flag: Flag; value: Flag["values"][number] }) {
  const t = useTranslations("switches");
  const words = useSwitchWords();
  return (
    <tr className="block border-line border-b py-2 tablet:table-row tablet:py-0">
      <th scope="row" className={`${CELL} text-left font-medium`}>
        {words.name(flag.name)}
      </th>
      <td className={CELL}>{value.organisation}</td>
      <td className={CELL}>{t(value.isOn ? "on" : "off")}</td>
      <td className={`${CELL} text-ink-2`}>{words.reason(value.reason)}</td>
      <td className={`${CELL} text-ink-2`}>
        <LocalTime instant={value.since} />
      </td>
    </tr>
  );
}

/** A switch that has had its safe value for every organisation since the beginning. */
function SafeRow({ flag }: { flag: Flag }) {
  const t = useTranslations("switches");
  const words = useSwitchWords();
  return (
    <tr className="block border-line border-b py-2 tablet:table-row tablet:py-0">
      <th scope="row" className={`${CELL} text-left font-medium`}>
        {words.name(flag.name)}
      </th>
      <td className={CELL}>{t("every")}</td>
      <td className={CELL}>{t(flag.safe ? "on" : "off")}</td>
      <td className={`${CELL} text-ink-2`} colSpan={2}>
        {t("neverChanged")}
      </td>
    </tr>
  );
}

/** The switches of the operator's file: for administrators, below the parts. */
export function SwitchesTable({ switches }: { switches: Switches }) {
  const t = useTranslations("switches");
  return (
    <Section title={t("title")}>
      <p className="mt-3 mb-3 max-w-[720px] text-control text-ink-2">
        {t("lead")} {t(`sources.${switches.source}`)}
      </p>
      <table className="block w-full border-collapse text-control tablet:table">
        <thead className="sr-only tablet:not-sr-only">
          <tr className="border-line-2 border-b text-left text-ink-3 text-note">
            {COLUMNS.map((column) => (
              <th key={column} scope="col" className="h-row pr-4 font-normal">
                {t(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="block tablet:table-row-group">
          {switches.flags.map((flag) =>
            flag.values.length === 0 ? (
              <SafeRow key={flag.name} flag={flag} />
            ) : (
              flag.values.map((value) => (
                <ValueRow key={`${flag.name} ${value.organisation}`} flag={flag} value={value} />
              ))
            ),
          )}
        </tbody>
      </table>
    </Section>
  );
}
